"""A stage for each worker, in a state directory of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.matrix.stage import Stage
from tests.support.sandboxes import state_directory


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The stage of this worker, with the limits of the documents."""
    with state_directory():
        yield Stage()


@pytest.fixture(scope="session")
def quick_stage() -> Iterator[Stage]:
    """A stage whose limiters count for seconds."""
    with state_directory():
        yield Stage("short")

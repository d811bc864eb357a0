"""`@holds(check)`: a test that a check holds, once for every target of the environment."""

from __future__ import annotations

import pytest

from atalaia.checks.check import Check


def holds(check: Check) -> pytest.MarkDecorator:
    """Mark a test as the promise whose breach is this check; it runs once a target."""
    return pytest.mark.holds(check)


def check_of(item: pytest.Item | pytest.Metafunc) -> Check | None:
    """The check that a test holds, if it is marked with one."""
    node = item.definition if isinstance(item, pytest.Metafunc) else item
    marker = node.get_closest_marker("holds")
    return marker.args[0] if marker else None

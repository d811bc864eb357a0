"""What was chosen on the command line, read from its file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atalaia.environment import Environment
    from loadtests.scenario import Scenario
    from probes.watch import Watch


def environment_of(selector: str | None) -> Environment:
    """The environment of that name or file, or of ATALAIA_ENV. Raises UsageError."""
    from atalaia.environment.find import find
    from atalaia.environment.loader import load

    return load(find(selector), os.environ)


def watch_of(selector: str | None, *, keep: bool = False) -> Watch:
    """What is probed of it, remembered where nothing has changed. Raises UsageError."""
    from atalaia.environment.find import find
    from probes.remembered import watch

    return watch(find(selector), os.environ, keep=keep)


def scenario_of(selector: str) -> Scenario:
    """The load test's scenario of that name or file. Raises UsageError."""
    from loadtests.scenario import find, load

    return load(find(selector), os.environ)

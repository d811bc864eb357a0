"""A fault: one named change of a running sandbox, and the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.running import Sandbox

Step = Callable[[Sandbox], Awaitable[None]]


class Changes(StrEnum):
    """Which of the three that are held against one another a fault changes."""

    INTENT = "intent"
    """The environment file."""
    FILE = "file"
    """A configuration file of the stack, which its servers have loaded."""
    LIVE = "live"
    """The running stack only."""


@dataclass(frozen=True)
class Fault:
    """A way to break the sandbox.

    `apply` returns once the stack shows the fault, `revert` once it has been undone. Both raise
    NotMeasured when they do not succeed; a sandbox whose fault cannot be reverted is of no more use.
    """

    name: str
    changes: Changes
    description: str
    apply: Step
    revert: Step

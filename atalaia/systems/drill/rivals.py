"""Of two drills that begin at once one gives way, or both: never do both go on."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.systems.drill.groups import Group

_SURELY = 0.5
"""Seconds after a push in which it may not be seen by who pushes next."""


def rivals(lying: Iterable[Group], drill: str, now: float) -> str:
    """Why this drill, which is pushed, gives way; empty where it may go on.

    Whoever pushed first goes on, by the Pushgateway's own clock. A drill that was pushed clearly later has
    seen this one, and gives way itself; of two within half a second both do.
    """
    firing = {group.drill: group for group in lying if group.fires(now)}
    own = firing.pop(drill, None)
    if own is None:
        return "what was pushed is not in the Pushgateway: somebody else has taken it back"
    before = [other for other in firing.values() if other.pushed <= own.pushed + _SURELY]
    return f"another drill began at the same time: {before[0].told(now)}" if before else ""

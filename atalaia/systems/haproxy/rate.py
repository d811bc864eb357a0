"""HAProxy's rates over a period: the current one and a weighted part of the one before.

After src/freq_ctr.c of HAProxy 2.8 (and 2.6): a client's first period begins with its first request; in the
next one, what came in the one before weighs by the part of it that is still within the last period.
Denied requests count as well, because the rule that denies stands after the one that tracks.
"""

from __future__ import annotations

_MARGIN = 0.05
"""Part of the period: HAProxy's clock has milliseconds, and ours is not its own."""


def allowed_again(begun: float, counted: int, limit: int, period: float) -> float:
    """When (Unix time) one more request passes a limit, after `counted` ones in the period that `begun`.

    At most two periods after it began, and after a little more than one as a rule: in the second
    period they weigh counted x (what is left of it), and that plus the request itself must not be more
    than the limit.
    """
    weight = min(1.0, max(0, limit - 1) / counted) if counted else 1.0
    return begun + period * (2 - weight + _MARGIN)

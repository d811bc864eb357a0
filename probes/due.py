"""Which probes a run of cron has to make: those of a longer interval than the run's wait for their turn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta

from probes.model import Planned, ProbeResult

_EARLY = 0.1
"""Part of its interval by which a probe that takes of a limiter may come earlier: cron is not exact."""


def due(
    planned: Iterable[Planned], last: Mapping[str, ProbeResult] | None, now: float, every: timedelta
) -> tuple[Planned, ...]:
    """The probes whose turn it is in the run that begins at `now` (Unix time); one comes `every` so often.

    `last` holds last results by name. Where it is None nothing is known of them: then a probe has its turn
    in the one run of its interval that its name falls to, so that no limiter is asked more often than
    planned.
    """
    return tuple(
        one
        for one in planned
        if one.expects_failure
        or (one.interval <= every and not one.costs)
        or (_falls_here(one, now, every) if last is None else _is_due(one, last.get(one.name), now, every))
    )


def _is_due(planned: Planned, last: ProbeResult | None, now: float, every: timedelta) -> bool:
    if last is None:
        return True
    since = now - last.last.started
    interval = planned.interval.total_seconds()
    early = every.total_seconds() / 2
    if planned.costs:
        early = min(early, interval * _EARLY)
    # A result of the future: the clock was set back.
    return since < 0 or since >= interval - early


def _falls_here(planned: Planned, now: float, every: timedelta) -> bool:
    interval = planned.interval.total_seconds()
    return (now - offset(planned.name, interval)) % interval < min(every.total_seconds(), interval)


def offset(name: str, interval: float) -> float:
    """Seconds into its interval at which a probe has its turn: by its name alone, so that they are spread,
    and no restart moves them."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 * interval

"""The highest rate that one worker on one core sends in time, against what a closed loop of Locust's reaches.

python -m benchmarks.load_rate [--seconds 4] [--rounds 3] [--arrivals poisson]

Clean is a rate at which p99 of the generator's own delay is at most 5 ms, nothing is left unsent, and every
answer is good. It is looked for by bisection, to a twentieth, against HAProxy that answers itself; before,
FastHttpUsers ask the same server as fast as they get answers. Ends with 1 where the promise is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import median

from benchmarks import loading
from loadtests.measured import Measured

PROMISED = 0.5
CLEAN = 0.005
"""Seconds of lag at p99."""
USERS = 20
_WIDTH, _STEP = 3.0, 1.05
"""What is looked through, around a rate, and how closely."""


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each try, after a second of warm-up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--arrivals", choices=("uniform", "poisson"), default="uniform")
    given = parser.parse_args()
    sys.stdout.write(f"{loading.circumstances()}\n")
    reached, closed = [], []
    with loading.haproxy() as port:
        for _ in range(given.rounds):
            closed.append(loading.closed_loop(port, given.seconds, users=USERS).rate)
            around = closed[-1]
            reached.append(highest(port, seconds=given.seconds, around=around, arrivals=given.arrivals))
    ratios = [ours / theirs for ours, theirs in zip(reached, closed, strict=True)]
    sys.stdout.write(
        f"FastHttpUser's closed loop, {USERS} users: {loading.rounds(closed, '.0f')} requests/s\n"
        f"highest clean rate, {given.arrivals} arrivals: {loading.rounds(reached, '.0f')} requests/s\n"
        f"ratio: {loading.rounds(ratios)}\n"
    )
    return loading.verdict(
        median(ratios) >= PROMISED,
        f"at least {PROMISED} of FastHttpUser's rate, lag p99 ≤ {CLEAN * 1e3:g} ms",
    )


def highest(
    port: int,
    *,
    seconds: float,
    around: float,
    arrivals: str = "uniform",
    workers: int = 1,
    cores: Sequence[int] = loading.GENERATOR,
) -> float:
    """The highest clean rate, looked for around one; 0 where there is none."""
    low, high, middle, found = around / _WIDTH, around * _WIDTH, around, 0.0
    while high / low > _STEP:
        measured = loading.measure(
            loading.plan(port, middle, seconds, arrivals=arrivals), workers=workers, cores=cores
        )
        if _clean(measured, middle):
            found = low = middle
        else:
            high = middle
        middle = (low * high) ** 0.5
    return found


def _clean(measured: Measured, rate: float) -> bool:
    late = loading.lag(measured)
    left = loading.wrong(measured, sum(worker.intended for worker in measured.workers))
    busy = max(worker.processor / worker.wall for worker in measured.workers)
    sys.stdout.write(f"  {rate:6.0f}/s: lag p99 {late * 1e3:.1f} ms, {busy:.0%} of a core")
    sys.stdout.write(f", {left}\n" if left else "\n")
    sys.stdout.flush()
    return late <= CLEAN and not left


if __name__ == "__main__":
    sys.exit(main())

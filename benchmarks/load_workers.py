"""Two workers at one worker's total rate: is the merge exact, and what does a request cost? Do two send more?

python -m benchmarks.load_workers [--rate 2000] [--seconds 5] [--rounds 7]

Both workers and their master share the generator's core, in turns with one worker alone, against HAProxy that
answers itself. Counted is the processor time of all of the generator's processes while the load is steady.
Where there are four cores, the highest clean rate of two workers on two cores is put beside that of one on
one; else that is unmeasured. Ends with 1 where a promise is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from statistics import median

import psutil

from benchmarks import loading
from benchmarks.load_rate import highest
from loadtests.measured import Live, Measured

PROMISED_COST = 1.15
PROMISED_SCALING = 1.7
_CORES_NEEDED = 4


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=2000.0)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each, after a second of warm-up")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    sys.stdout.write(f"{loading.circumstances()}\n")
    costs: dict[int, list[float]] = {1: [], 2: []}
    inexact: list[str] = []
    expected = round(given.rate * given.seconds)
    with loading.haproxy() as port, loading.neighbour():
        for _ in range(given.rounds):
            for workers, found in costs.items():
                spent = Spent()
                load = loading.plan(port, given.rate, given.seconds)
                measured = loading.measure(load, workers=workers, follow=spent.follow)
                found.append(spent.each * 1e6)
                inexact += _inexact(measured, expected, workers)
    with loading.haproxy() as port:
        scaling = _scaling(port, given.seconds)
    ratios = [two / one for one, two in zip(costs[1], costs[2], strict=True)]
    sys.stdout.write(
        f"{expected} requests at {given.rate:.0f}/s, merged: {'; '.join(inexact) or 'exact each time'}\n"
        f"processor time of a request: one worker {loading.rounds(costs[1], '.0f')} µs, "
        f"two and their master {loading.rounds(costs[2], '.0f')} µs\n"
        f"ratio: {loading.rounds(ratios)}\n"
    )
    promise = f"merged counts exact, at most {PROMISED_COST} of one worker's processor time a request"
    if scaling is None:
        sys.stdout.write(f"scaling: unmeasured, {len(loading.CORES)} cores of {_CORES_NEEDED} needed\n")
    else:
        sys.stdout.write(f"scaling: {scaling:.2f}\n")
        promise += f", {PROMISED_SCALING} times the rate on two cores"
    kept = not inexact and median(ratios) <= PROMISED_COST
    return loading.verdict(kept and (scaling is None or scaling >= PROMISED_SCALING), promise)


class Spent:
    """Processor time and requests of a load, from its first second that is told to its last whole one."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, float]] = []

    def follow(self, live: Live) -> None:
        """A second has passed."""
        if live.sent and live.at < live.lasts - 0.5:
            below = psutil.Process(os.getpid()).children(recursive=True)
            times = [each.cpu_times() for each in below if "loadtests.generator" in each.cmdline()]
            self._seen.append((live.sent, sum(each.user + each.system for each in times)))

    @property
    def each(self) -> float:
        """Of one request, in seconds."""
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return (after - before) / (last - first)


def _inexact(measured: Measured, expected: int, workers: int) -> Sequence[str]:
    """What does not add up, over all and for each worker, who have even shares."""
    found = [left] if (left := loading.wrong(measured, expected)) else []
    for worker in measured.workers:
        counts = (worker.intended, worker.sent + worker.dropped, worker.done + worker.timed_out)
        if counts != (expected // workers,) * 3:
            found.append(f"{worker.name} {counts}")
    return found


def _scaling(port: int, seconds: float) -> float | None:
    """Two workers' highest clean rate in one worker's; None where there are not the cores."""
    cores = loading.CORES
    if len(cores) < _CORES_NEEDED:
        return None
    one = highest(port, seconds=seconds, around=4000, workers=1, cores=cores[:1])
    # the master and HAProxy have cores of their own: what scales is the workers
    two = highest(port, seconds=seconds, around=8000, workers=2, cores=[cores[0], *cores[2:]])
    return two / one if one else 0.0


if __name__ == "__main__":
    sys.exit(main())

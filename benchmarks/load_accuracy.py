"""Corrected percentiles as told, against the target's own log of what was intended and done.

python -m benchmarks.load_accuracy [--rate 400] [--seconds 12] [--rounds 3]

The k-th request has a path of its own, so its intended start is known; the target notes when it has written
each answer, by the same clock. It is done for a target with a known spread of delays, and for one that
freezes. What the generator tells may be off by 3 % or 0.3 ms, whichever is more. Ends with 1 where it is not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from statistics import median

from benchmarks import loading
from benchmarks.load_rate import CLEAN
from loadtests.measured import Measured
from loadtests.plan import Table
from loadtests.proving.behaviour import Behaviour
from loadtests.proving.staging import target

PROMISED_SHARE, PROMISED_SECONDS = 0.03, 0.0003
SHARES = (0.5, 0.95, 0.99)
TARGETS = {
    "spread": Behaviour(delay=0.005, spread=0.1),
    "freezing": Behaviour(delay=0.005, frozen=2.0, every=10.0, first=3.0),
}
USERS = 20
_TRIES = 4
Played = list[tuple[float, float]]
"""(told, true) of each share, in seconds."""


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=int, default=400)
    parser.add_argument("--seconds", type=int, default=12, help="of each, after a second of warm-up")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sys.stdout.write(f"{loading.circumstances()}\n")
    kept = True
    for name, behaviour in TARGETS.items():
        found = [_undisturbed(behaviour, given.rate, given.seconds) for _ in range(given.rounds)]
        for index, share in enumerate(SHARES):
            told, true = (median(played[index][which] for played in found) for which in (0, 1))
            off = median(abs(told - true) for told, true in (played[index] for played in found))
            holds = off <= max(PROMISED_SHARE * true, PROMISED_SECONDS)
            kept = kept and holds
            sys.stdout.write(
                f"{name:>9} p{share * 100:.0f}: told {told * 1e3:8.2f} ms, true {true * 1e3:8.2f} ms, "
                f"off by {off * 1e3:5.2f} ms, {off / true:.1%}{'' if holds else ': too much'}\n"
            )
        with loading.placed(loading.TARGET), target(behaviour) as at:
            locust = loading.closed_loop(at.port, given.seconds, users=USERS, rate=given.rate).p95
        sys.stdout.write(f"{name:>9} p95 as told by FastHttpUser's constant_throughput: {locust:.0f} ms\n")
    return loading.verdict(kept, "corrected p50, p95, p99 within 3 % or 0.3 ms of the target's own log")


def _undisturbed(behaviour: Behaviour, rate: int, seconds: int) -> Played:
    """One round in which the generator had its processor: without it, it reads answers late, too."""
    for _ in range(_TRIES):
        played, lag = _played(behaviour, rate, seconds)
        if lag <= CLEAN:
            return played
        sys.stdout.write(f"  once more: the generator was disturbed, lag p99 {lag * 1e3:.0f} ms\n")
        sys.stdout.flush()
    raise SystemExit("no measure: the generator is always disturbed")


def _played(behaviour: Behaviour, rate: int, seconds: int) -> tuple[Played, float]:
    """One round, and the generator's lag in it."""
    warm_up = round(loading.WARM_UP * rate)
    count = rate * seconds
    rows = Table(columns=("n",), rows=tuple((str(number),) for number in range(warm_up + count)))
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory, "log")
        with loading.placed(loading.TARGET), target(behaviour, log) as at:
            measured = loading.measure(loading.plan(at.port, rate, seconds, rows=rows))
        true = _true(log.read_text(), measured, rate, warm_up)
    if (left := loading.wrong(measured, count)) or len(true) != count:
        raise SystemExit(f"no measure: {left or f'{len(true)} of {count} requests in the log'}")
    told = measured.series["GET"].corrected
    played = [(told.quantile(share) or 0.0, true[ceil(share * count) - 1]) for share in SHARES]
    return played, loading.lag(measured)


def _true(log: str, measured: Measured, rate: int, warm_up: int) -> Sequence[float]:
    """From each intended start to its answer, in order, without the warm-up's."""
    found = []
    for line in log.splitlines():
        path, moment = line.split()
        number = int(path.rpartition("/")[2]) - warm_up
        if number >= 0:
            found.append(float(moment) - measured.began - number / rate)
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main())

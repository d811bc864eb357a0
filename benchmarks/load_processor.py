"""Processor time of a request at 1,000 a second, against that of Locust's FastHttpUser at the same rate.

python -m benchmarks.load_processor [--rate 1000] [--seconds 8] [--rounds 5]

In turns against the same HAProxy. Theirs are users of `constant_throughput`; what both count is the processor
time of their process while the load is steady. Ends with 1 where the promise is missed.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

from benchmarks import loading

PROMISED = 1.5
USERS = 50


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each, after a second of warm-up")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    sys.stdout.write(f"{loading.circumstances()}\n")
    ours, theirs, rates = [], [], []
    with loading.haproxy() as port, loading.neighbour():
        for _ in range(given.rounds):
            closed = loading.closed_loop(port, given.seconds, users=USERS, rate=given.rate)
            measured = loading.measure(loading.plan(port, given.rate, given.seconds))
            if left := loading.wrong(measured, round(given.rate * given.seconds)):
                raise SystemExit(f"no measure: {left}")
            ours.append(measured.workers[0].processor / measured.workers[0].sent * 1e6)
            theirs.append(closed.each * 1e6)
            rates.append(closed.rate)
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    sys.stdout.write(
        f"processor time of a request at {given.rate:.0f}/s: ours {loading.rounds(ours, '.0f')} µs\n"
        f"FastHttpUser's, at {loading.rounds(rates, '.0f')}/s: {loading.rounds(theirs, '.0f')} µs\n"
        f"ratio: {loading.rounds(ratios)}\n"
    )
    return loading.verdict(median(ratios) <= PROMISED, f"at most {PROMISED} of FastHttpUser's")


if __name__ == "__main__":
    sys.exit(main())

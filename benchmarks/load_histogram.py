"""The load tests' histogram beside HdrHistogram and DDSketch: what a value costs, how true a percentile is.

python -m benchmarks.load_histogram [--values 200000] [--rounds 5]

The others come from the package index into a directory that is thrown away; where they cannot be had they are
unmeasured. What is promised is of ours alone: a relative error of at most 0.5 %, and merges that are exact.
Ends with 1 where it is missed.
"""

from __future__ import annotations

import argparse
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from statistics import median
from typing import Any

from benchmarks import loading
from loadtests.histogram import Histogram

PROMISED = 0.005
SHARES = (0.5, 0.9, 0.95, 0.99, 0.999)
_PARTS = 8
_PATIENCE = 120
"""Seconds for the package index."""
HDR = (1, 60_000_000, 3)
"""Least and most, in microseconds, and digits."""
OTHERS = ("hdrhistogram==0.10.8", "ddsketch==3.0.1")


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--values", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    chance = random.Random(1)  # noqa: S311 - the same in every run
    values = [chance.lognormvariate(math.log(0.02), 1.2) for _ in range(given.values)]
    with loading.placed(loading.GENERATOR):
        ours = Histogram()
        for value in values:
            ours.record(value)
        _tell("ours", lambda: Histogram().record, ours.quantile, values, given.rounds)
        with tempfile.TemporaryDirectory() as directory:
            missing = _install(directory)
            sys.stdout.write(f"HdrHistogram and DDSketch: unmeasured, {missing}\n" if missing else "")
            if not missing:
                _theirs(values, given.rounds)
    error = max(_error(value) for value in values[:20_000])
    exact = _merged(values) == ours and Histogram.decode(ours.encode()) == ours
    sys.stdout.write(
        f"ours, every value for itself: off by {error:.2%} at most; {_PARTS} merged: "
        f"{'exact' if exact else 'not the same'}\n"
    )
    return loading.verdict(
        exact and max(error, _off(ours.quantile, values)) <= PROMISED,
        f"a relative error of at most {PROMISED:.1%}, merges exact",
    )


def _install(directory: str) -> str:
    """The others, importable; why they are not, or nothing."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", directory, *OTHERS]
    try:
        installing = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return f"not installed after {_PATIENCE} s"
    if installing.returncode:
        return (installing.stderr.strip().splitlines() or ["pip has failed"])[-1]
    sys.path.insert(0, directory)
    return ""


def _theirs(values: Sequence[float], count: int) -> None:
    """Both, as precise as ours; HdrHistogram counts whole microseconds, to three digits."""
    make_hdr: Any = import_module("hdrh.histogram").HdrHistogram
    make_sketch: Any = import_module("ddsketch").DDSketch
    whole = [int(value * 1e6) for value in values]
    one, other = make_hdr(*HDR), make_sketch(PROMISED)
    for value in whole:
        one.record_value(value)
    for each in values:
        other.add(each)
    _tell(
        "HdrHistogram",
        lambda: make_hdr(*HDR).record_value,
        lambda share: one.get_value_at_percentile(share * 100) / 1e6,
        values,
        count,
        whole,
    )
    _tell("DDSketch", lambda: make_sketch(PROMISED).add, other.get_quantile_value, values, count)


def _tell(
    name: str,
    fresh: Callable[[], Callable[[Any], object]],
    quantile: Callable[[float], float | None],
    values: Sequence[float],
    count: int,
    recorded: Sequence[float] | None = None,
) -> None:
    taken = []
    for _ in range(count):
        record, began = fresh(), time.process_time()
        for value in recorded or values:
            record(value)
        taken.append((time.process_time() - began) / len(values) * 1e9)
    sys.stdout.write(
        f"{name}: {median(taken):.0f} ns a value, percentiles off by {_off(quantile, values):.2%} at most\n"
    )
    sys.stdout.flush()


def _off(quantile: Callable[[float], float | None], values: Sequence[float]) -> float:
    """The largest relative error of some percentiles."""
    ordered = sorted(values)
    trues = [(share, ordered[math.ceil(share * len(ordered)) - 1]) for share in SHARES]
    return max(abs((quantile(share) or 0.0) / true - 1) for share, true in trues)


def _error(value: float) -> float:
    """Of one value alone."""
    one = Histogram()
    one.record(value)
    return abs((one.quantile(1.0) or 0.0) / value - 1)


def _merged(values: Sequence[float]) -> Histogram:
    """Of histograms of parts, sent and merged as workers' are."""
    whole = Histogram()
    for number in range(_PARTS):
        part = Histogram()
        for value in values[number::_PARTS]:
            part.record(value)
        whole.merge(Histogram.decode(part.encode()))
    return whole


if __name__ == "__main__":
    sys.exit(main())

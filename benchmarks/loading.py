"""What the benchmarks of the load generator share: cores, a fast target, plans, and Locust beside it.

The generator has the first core that this process may use, the target the second one, and both come before
whatever else wants them (SCHED_RR, where this account may): what is compared is not how busy others are.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from loadtests.measured import Live, Measured
from loadtests.plan import Entry, LoadPlan, Request, Stage, Table
from loadtests.process import generate

CORES = sorted(os.sched_getaffinity(0))
GENERATOR, TARGET = CORES[:1], CORES[1:2] or CORES[:1]
WARM_UP = 1.0
"""Seconds."""
_ROOT = Path(__file__).resolve().parents[1]
_HAPROXY = """\
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend target
    bind 127.0.0.1:{port}
    http-request return status 200 content-type application/json string '{{"status":"UP"}}'
"""


@dataclass(frozen=True)
class Closed:
    """What a closed loop of FastHttpUser has done, without its beginning."""

    requests: int
    seconds: float
    processor: float
    """Seconds of processor time."""
    p95: float
    """Milliseconds, as Locust tells it."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def each(self) -> float:
        """Processor time of a request, in seconds."""
        return self.processor / self.requests


@contextmanager
def placed(cores: Iterable[int]) -> Iterator[None]:
    """What is started within runs on these cores, before others where this account may."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, before)


_IDLE_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(20_000))"


@contextmanager
def neighbour() -> Iterator[None]:
    """The target's core is never idle within, by a loop that takes only what nobody else wants.

    Two cores may be two threads of one, where a request costs half as much again while the other one works:
    so does a busy machine, now and then, and what is compared would not be the same.
    """
    process = subprocess.Popen([sys.executable, "-c", _IDLE_LOOP])
    try:
        os.sched_setaffinity(process.pid, TARGET)
        os.sched_setscheduler(process.pid, os.SCHED_IDLE, os.sched_param(0))
        yield
    finally:
        process.kill()
        process.wait()


def circumstances() -> str:
    """Under which these figures are measured."""
    with placed(GENERATOR):
        first = os.sched_getscheduler(0) == os.SCHED_RR
    before = "before whatever else wants the processors" if first else "with everybody's priority"
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"generator on core {GENERATOR[0]}, target on core {TARGET[0]}, {before}; load average {load} before"
    )


@contextmanager
def haproxy() -> Iterator[int]:
    """HAProxy that answers everything itself; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "haproxy.cfg")
        file.write_text(_HAPROXY.format(port=port))
        with placed(TARGET):
            process = subprocess.Popen(["haproxy", "-db", "-f", str(file)], stderr=subprocess.DEVNULL)
        try:
            _answers(process, port)
            yield port
        finally:
            process.terminate()
            process.wait()


def _answers(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("no measure: HAProxy does not start") from None
            time.sleep(0.02)
        else:
            return


def plan(
    port: int,
    rate: float,
    seconds: float,
    *,
    rows: Table | None = None,
    warm_up: float = WARM_UP,
    **more: Any,
) -> LoadPlan:
    """A steady load on loopback, after a warm-up of the same rate; with rows: their first column's paths."""
    path = "/" if rows is None else "/r/{" + rows.columns[0] + "}"
    entry = Entry(
        name="GET",
        weight=1,
        requests=(Request(name="GET", method="GET", path=path),),
        data=None if rows is None else "rows",
    )
    given: dict[str, Any] = {
        "scenario": "benchmark",
        "digest": "0" * 64,
        "base": f"http://127.0.0.1:{port}",
        "arrivals": "uniform",
        "seed": 1,
        "stages": (
            Stage(name="warm-up", begins=0, lasts=WARM_UP, rate=rate, until=rate, measured=False),
            Stage(name="steady", begins=WARM_UP, lasts=seconds, rate=rate, until=rate),
        ),
        "entries": (entry,),
        "tables": {} if rows is None else {"rows": rows},
        "timeout": 10.0,
        "in_flight": 3500,
        "max_rate": rate * 2,
    }
    return LoadPlan(**{**given, **more})


def measure(
    load: LoadPlan,
    *,
    workers: int = 1,
    cores: Iterable[int] = GENERATOR,
    follow: Callable[[Live], str | None] | None = None,
) -> Measured:
    """Carry it out on the generator's core."""
    with placed(cores):
        measured = generate(load, workers=workers, follow=follow)
    if measured.generator or measured.interrupted:
        raise SystemExit(f"no measure: {measured.generator or measured.interrupted}")
    return measured


def wrong(measured: Measured, expected: int) -> str:
    """What does not add up, of a load of so many requests that must all go well; empty where all does."""
    workers, series = measured.workers, measured.series.values()
    counts = {
        "intended by workers": sum(each.intended for each in workers),
        "intended by names": sum(each.intended for each in series),
        "intended by seconds": sum(each.intended for each in measured.seconds.values()),
        "sent": sum(each.sent for each in workers),
        "done": sum(each.done for each in workers),
        "good": sum(each.good for each in series),
        "corrected times": sum(each.corrected.count - each.corrected.never for each in series),
        "service times": sum(each.service.count for each in series),
        "lags": sum(each.lag.count for each in workers),
    }
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count != expected)


def lag(measured: Measured, share: float = 0.99) -> float:
    """Of the worst worker, in seconds."""
    return max(worker.lag.quantile(share) or 0.0 for worker in measured.workers)


def closed_loop(port: int, seconds: float, *, users: int, rate: float | None = None) -> Closed:
    """FastHttpUsers in a process of Locust's own, as fast as they get answers, or at a rate of all."""
    with tempfile.TemporaryDirectory() as directory:
        told = Path(directory, "told.json")
        command = [sys.executable, "-m", "locust", "-f", str(_ROOT / "benchmarks" / "fast_http_user.py")]
        command += [
            "--headless",
            "--only-summary",
            "--loglevel",
            "ERROR",
            "--host",
            f"http://127.0.0.1:{port}",
        ]
        command += ["-u", str(users), "-r", str(users), "-t", f"{seconds + WARM_UP + 5:.0f}s"]
        variables = {
            **os.environ,
            "BENCHMARK_TOLD": str(told),
            "BENCHMARK_WARM_UP": str(WARM_UP),
            "BENCHMARK_SECONDS": str(seconds),
            "BENCHMARK_RATE": "" if rate is None else str(rate / users),
        }
        with placed(GENERATOR):
            process = subprocess.Popen(
                command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        process.wait()
        if not told.exists():
            raise SystemExit("no measure: Locust has told nothing")
        found = json.loads(told.read_text())
    if found.pop("failures"):
        raise SystemExit("no measure: requests of Locust's failed")
    return Closed(**found)


def rounds(values: Iterable[float], form: str = ".2f") -> str:
    """The median, and what it is the median of."""
    each = list(values)
    return f"{median(each):{form}} (rounds {', '.join(f'{value:{form}}' for value in each)})"


def verdict(kept: bool, promise: str) -> int:
    """Say whether what was promised is kept; the exit code."""
    sys.stdout.write(f"kept: {promise}\n" if kept else f"missed: {promise}\n")
    return 0 if kept else 1

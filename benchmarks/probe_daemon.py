"""10,000 targets a minute in daemon mode, for five minutes: is every probe begun in time, does memory grow?

python -m benchmarks.probe_daemon [--targets 10000] [--seconds 300]

The daemon runs as `atalaia probe serve` does, in a process of its own, with its state file and its /metrics,
which is scraped every 15 seconds as Prometheus would. Printed is how late probes began, processor time, and
memory minute by minute. Ends with 1 where a promise is not kept: every probe within a second of its time, and
no more memory at the end than after the first two rounds, but for a twentieth.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from benchmarks.answering import answering

if TYPE_CHECKING:
    from atalaia.environment import Environment

PROMISED_LATE = 1.0
"""Seconds."""
PROMISED_GROWTH = 1.05
_SETTLED = 130.0
"""Seconds after which every probe has run twice, and two rounds have been told."""


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--targets", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=300.0, help="after the first round")
    parser.add_argument("--daemon", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.daemon:
        file, port, listen, out = given.daemon
        return _daemon(file, int(port), given.targets, int(listen), out)
    with tempfile.TemporaryDirectory() as directory, answering() as port:
        file, out = Path(directory, "mine.yml"), Path(directory, "late.json")
        with socket.create_server(("127.0.0.1", 0)) as free:
            listen = free.getsockname()[1]
        command = [sys.executable, "-m", "benchmarks.probe_daemon", "--targets", str(given.targets)]
        command += ["--daemon", str(file), str(port), str(listen), str(out)]
        variables = {**os.environ, "ATALAIA_STATE_DIR": str(Path(directory, "state"))}
        with subprocess.Popen(command, env=variables) as process:
            try:
                memory = _watched(process, listen, given.seconds + 60)
                process.send_signal(signal.SIGTERM)
                code = process.wait(60)
            finally:
                process.kill()
        if code:
            raise SystemExit(f"the daemon ended with {code}")
        told = json.loads(out.read_text())
    return _judged(told, memory, given.targets)


def _daemon(file: str, port: int, targets: int, listen: int, out: str) -> int:
    """The daemon itself, which notes how late each probe begins."""
    from probes.cron_run import Asked
    from probes.model import Planned
    from probes.planning.watching import watch_of
    from probes.serve import serve_until_told

    late: list[float] = []

    def started(planned: Planned, by: float) -> None:
        late.append(by)

    environment = _environment(Path(file), port, targets)
    before = time.process_time()
    code = serve_until_told(
        watch_of(environment),
        Asked(),
        ("127.0.0.1", listen),
        say=lambda line: print(line, flush=True),
        on_start=started,
    )
    late.sort()
    told = {
        "probes": len(late), "processor": time.process_time() - before, "worst": late[-1],
        "p50": late[len(late) // 2], "p99": late[len(late) * 99 // 100],
        "over": sum(by > PROMISED_LATE for by in late),
    }  # fmt: skip
    Path(out).write_text(json.dumps(told))
    return int(code)


def _watched(process: subprocess.Popen[bytes], listen: int, seconds: float) -> list[tuple[float, float]]:
    """Seconds since the daemon answers → MiB, every 15 seconds, while it is scraped."""
    end = time.monotonic() + 120
    while not _scraped(listen):
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit("the daemon has no page in time")
        time.sleep(0.5)
    begun, memory = time.monotonic(), []
    while (now := time.monotonic() - begun) < seconds:
        memory.append((now, _memory(process.pid)))
        Thread(target=_scraped, args=(listen,)).start()
        time.sleep(15)
    return memory


def _scraped(listen: int) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{listen}/metrics", timeout=10) as answer,
    ):
        return b"probe_success" in answer.read()
    return False


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("the daemon is gone")


def _judged(told: dict[str, float], memory: list[tuple[float, float]], targets: int) -> int:
    settled = [size for at, size in memory if at >= _SETTLED]
    sys.stdout.write(
        f"{told['probes']} probes of {targets} targets; late by {told['p50'] * 1000:.1f} ms at the median, "
        f"{told['p99'] * 1000:.1f} ms at p99, {told['worst'] * 1000:.1f} ms at worst; {told['over']} by "
        f"more than a second\nprocessor time: {told['processor']:.0f} s\n"
        f"memory, MiB: {', '.join(f'{at:.0f} s {size:.0f}' for at, size in memory[::4])}\n"
    )
    if len(settled) < 2:
        sys.stdout.write("too short to tell whether memory grows\n")
        return 1
    growth = max(settled[-3:]) / max(settled[:3])
    kept = told["worst"] <= PROMISED_LATE and growth <= PROMISED_GROWTH
    promised = f"no probe late by more than {PROMISED_LATE} s, no growth (it is {growth:.2f})"
    sys.stdout.write("kept\n" if kept else f"missed: {promised}\n")
    return 0 if kept else 1


def _environment(file: Path, port: int, targets: int) -> Environment:
    """The environment of a file, with more probes than a file may hold (20,000 values)."""
    from atalaia.environment.loader import load
    from atalaia.environment.probes import Probe
    from atalaia.environment.url import parse_url

    file.write_text("name: mine\nprobes: {location: here, interval: 60s, timeout: 5s}\n")
    environment = load(file, os.environ)
    url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
    added = tuple(
        Probe(name=f"service-{number}", kind="http", url=url, path=f"/health/{number}")
        for number in range(targets)
    )
    probes = environment.probes.model_copy(update={"add": added})
    return environment.model_copy(update={"probes": probes})


if __name__ == "__main__":
    sys.exit(main())

"""HTTP probes per second of processor time, against blackbox_exporter's, in turns against the same server.

python -m benchmarks.probe_http [--probes 2000] [--rounds 5]

Each probe opens a connection of its own, measures its phases and judges the answer. What is counted is the
processor time of the prober alone: of Atalaia's runner from the plan to the results, and for comparison to
the page that is pushed; of blackbox_exporter from the request to its page, which it makes for each. Then the
memory of a run with 2,000 targets. Ends with 1 where a promise is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from benchmarks.answering import answering
from probes.exposition import expose
from probes.kinds.http import Http
from probes.model import Planned, ProbeResult, Run
from probes.runner import run_all

PROMISED_RATIO = 1.5
PROMISED_MEMORY = 150
"""MiB, at 2,000 targets."""
BLACKBOX = "prometheus-blackbox-exporter"
_MODULE = (
    "modules:\n  http_2xx:\n    prober: http\n    timeout: 60s\n    http: {preferred_ip_protocol: ip4}\n"
)
_AT_ONCE = 8


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--probes", type=int, default=2000, help="probes of a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each, in turns")
    parser.add_argument("--memory-of", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.memory_of:
        _ours(given.memory_of, 2000)
        sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\n")
        return 0
    if shutil.which(BLACKBOX) is None:
        sys.stdout.write(f"missing: {BLACKBOX}\n")
        return 1
    with answering() as port, _blackbox() as (pid, theirs):
        ours_each, whole_each, theirs_each = [], [], []
        _ours(port, 200)
        asyncio.run(_ask(theirs, port, 200))
        for _ in range(given.rounds):
            before = _processor_time(pid)
            asyncio.run(_ask(theirs, port, given.probes))
            theirs_each.append(given.probes / (_processor_time(pid) - before))
            probing, telling = _ours(port, given.probes)
            ours_each.append(given.probes / probing)
            whole_each.append(given.probes / (probing + telling))
        command = [sys.executable, "-m", "benchmarks.probe_http", "--memory-of", str(port)]
        memory = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ratios = [our / their for our, their in zip(ours_each, theirs_each, strict=True)]
    whole = [our / their for our, their in zip(whole_each, theirs_each, strict=True)]
    sys.stdout.write(
        f"probes per second of processor time: Atalaia {median(ours_each):.0f}, "
        f"{BLACKBOX} {median(theirs_each):.0f}\n"
        f"ratio: {median(ratios):.2f}, in rounds {', '.join(f'{ratio:.2f}' for ratio in ratios)}\n"
        f"ratio with the making of our page: {median(whole):.2f}\n"
        f"memory at 2,000 targets: {memory} MiB\n"
    )
    kept = median(ratios) >= PROMISED_RATIO and memory <= PROMISED_MEMORY
    promised = f"a ratio of {PROMISED_RATIO}, at most {PROMISED_MEMORY} MiB"
    sys.stdout.write("kept\n" if kept else f"missed: {promised}\n")
    return 0 if kept else 1


def _ours(port: int, count: int) -> tuple[float, float]:
    """So many probes by us; the processor time that they took, and what their page took."""
    planned = [_planned(port, number) for number in range(count)]
    gc.collect()
    started, before = time.time(), time.process_time()
    results = asyncio.run(run_all(planned, Network()))
    probed = time.process_time()
    expose(_run(results, started), None)
    told = time.process_time()
    failed = [result.last.detail for result in results if not result.success]
    if failed:
        raise SystemExit(f"{len(failed)} of our probes failed: {failed[0]}")
    return probed - before, told - probed


def _run(results: tuple[ProbeResult, ...], started: float) -> Run:
    return Run(
        id="benchmark",
        environment="benchmark",
        location="here",
        shard="0/1",
        started=started,
        finished=time.time(),
        interval=timedelta(seconds=60),
        results=results,
    )


def _planned(port: int, number: int) -> Planned:
    url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
    target = f"/health/{number}"
    return Planned(
        name=f"service-{number}",
        kind="http",
        instance=f"{url}{target}",
        hop=Hop.SERVICE,
        interval=timedelta(seconds=60),
        timeout=timedelta(seconds=60),
        parameters=Http(Request(url=url, target=target), health=True),
    )


@contextmanager
def _blackbox() -> Iterator[tuple[int, int]]:
    """It runs, and answers on a port; both numbers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "blackbox.yml")
        file.write_text(_MODULE)
        command = [BLACKBOX, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                yield process.pid, port
            finally:
                process.terminate()


async def _ask(exporter: int, port: int, count: int) -> None:
    """So many probes by blackbox_exporter, over connections that are kept."""
    await asyncio.gather(
        *(_ask_in_a_row(exporter, port, range(start, count, _AT_ONCE)) for start in range(_AT_ONCE))
    )


async def _ask_in_a_row(exporter: int, port: int, numbers: range) -> None:
    reader, writer = await _connected(exporter)
    for number in numbers:
        target = f"http://127.0.0.1:{port}/health/{number}"
        writer.write(f"GET /probe?module=http_2xx&target={target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"chunked" in head:
            chunks = b"\r\n" + await reader.readuntil(b"\r\n0\r\n\r\n")
            page = re.sub(rb"\r\n[0-9a-f]+\r\n", b"", chunks)
        else:
            page = await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
        if b"\nprobe_success 1\n" not in page:
            raise SystemExit(f"{BLACKBOX} failed to probe {target}")
    writer.close()


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    deadline = time.monotonic() + 10
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


def _processor_time(pid: int) -> float:
    """Seconds, of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())

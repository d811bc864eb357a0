"""Starts the generator's process, follows it, stops it, and reads what it has measured.

Imports no Locust: that patches Python's sockets and threads, so it stays in its own process.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from atalaia.errors import UsageError
from loadtests.measured import Live, Measured
from loadtests.plan import LoadPlan

WEB = ("127.0.0.1", 8089)
"""Where Locust's page is, when it is asked for."""
STOPPING = 4.0
"""Seconds that the generator has to write what it measured, asked to end: it needs less than two."""
SILENT = 60.0
"""Seconds without a line after which a generator is taken to hang: it writes one each second …"""
UNBEGUN = 420.0
"""… once it has begun, for which it waits less long than this: workers elsewhere have five minutes."""
_STEP = 0.05
_ROOT = Path(__file__).resolve().parents[1]

Follow = Callable[[Live], str | None]
"""Called with each second of the load; returns why it is to be ended, or None."""


@dataclass(frozen=True)
class Address:
    """Where workers of other machines find the master."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def generate(
    plan: LoadPlan,
    *,
    workers: int = 1,
    remote: int = 0,
    bind: Address | None = None,
    csv: Path | None = None,
    html: Path | None = None,
    web: bool = False,
    follow: Follow | None = None,
) -> Measured:
    """Carry a plan out and return what was measured, whatever happens on the way.

    `workers` processes of this machine send, and those of `remote` others that find the master at `bind`;
    `csv` is the beginning of the names of Locust's CSV files, `html` its report; `web` has its page shown on
    loopback. SIGINT and SIGTERM end the load within two seconds; `interrupted` then says so. A generator
    that fails is told in `Measured.generator`, and one that hangs is killed. Raises UsageError where Locust
    is not installed, or the port of its page is taken.
    """
    options = ["--workers", str(workers), "--remote", str(remote)]
    if bind is not None:
        options += ["--bind", str(bind)]
    if csv is not None:
        options += ["--csv", str(csv.absolute())]
    if html is not None:
        options += ["--html", str(html.absolute())]
    if web:
        _free(WEB)
        options += ["--web", f"{WEB[0]}:{WEB[1]}"]
    began = time.time()
    with _directory(plan) as directory:
        reason = _run(directory, options, follow, tells=True)
        try:
            measured = Measured.model_validate_json((directory / "measured.json").read_bytes())
        except FileNotFoundError:
            return Measured(
                began=began,
                ended=time.time(),
                workers_expected=workers + remote,
                interrupted=reason,
                generator=f"the generator ended without a result: {_last_line(directory)}",
            )
    if reason and measured.interrupted:
        measured.interrupted = reason
    return measured


def _free(address: tuple[str, int]) -> None:
    """Raises UsageError where somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            where = f"{address[0]}:{address[1]}"
            raise UsageError("Locust's page has its port taken", where=where, observed=str(error)) from error


def work(plan: LoadPlan, master: Address) -> str:
    """Be one worker of a master elsewhere, until its load has ended. Returns what went wrong, or nothing.

    Raises UsageError where Locust is not installed.
    """
    with _directory(plan) as directory:
        reason = _run(directory, ["--master", str(master)], None)
        if reason:
            return reason
        return _last_line(directory) if (directory / "failed").exists() else ""


@contextmanager
def _directory(plan: LoadPlan) -> Iterator[Path]:
    """A directory that only this account can read, with the plan; removed at the end."""
    if find_spec("locust") is None:
        raise UsageError("load tests need Locust", hint='install it: pip install "atalaia[load]"')
    directory = Path(tempfile.mkdtemp(prefix="atalaia-load-"))  # mode 0700
    try:
        (directory / "plan.json").write_text(plan.model_dump_json(), encoding="utf-8")
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run(directory: Path, options: list[str], follow: Follow | None, *, tells: bool = False) -> str:
    """Start the process and wait for its end; why it was ended before its time, or nothing.

    tells: whether it writes a line each second, and hangs where it does not.
    """
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    with (directory / "log").open("wb") as log, _asked() as asked:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "loadtests.generator", "--directory", str(directory), *options],
            stdin=subprocess.PIPE,  # closed when this process ends, however it does: then it ends too
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # a terminal's Ctrl-C comes once, from here
        )
        try:
            reason = _follow(process, directory / "live.jsonl", follow, asked, tells)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
    if process.returncode:
        (directory / "failed").touch()
    return reason


def _follow(
    process: subprocess.Popen[bytes], lines: Path, follow: Follow | None, asked: list[str], tells: bool
) -> str:
    read, reason, until = 0, "", float("inf")
    hangs = time.monotonic() + UNBEGUN if tells else float("inf")
    while process.poll() is None and time.monotonic() < until:
        read, lives = _new_lines(lines, read)
        if lives and tells:
            hangs = time.monotonic() + SILENT
        elif time.monotonic() > hangs:
            return reason or "the generator hung, and was killed"
        for live in lives:
            why = follow(live) if follow is not None and not reason else None
            if why:
                reason = f"aborted: {why}"
        if asked and not reason:
            reason = "interrupted"
        if reason and until == float("inf"):
            until = time.monotonic() + STOPPING
            process.send_signal(signal.SIGTERM)
        if len(asked) > 1:
            break  # who asks twice will not wait: it is killed, and has measured nothing
        time.sleep(_STEP)
    for live in _new_lines(lines, read)[1]:
        if follow is not None and not reason:
            follow(live)
    return reason


def _new_lines(path: Path, read: int) -> tuple[int, list[Live]]:
    """What was written since, as far as whole lines go."""
    if not path.exists():
        return read, []
    with path.open("rb") as file:
        file.seek(read)
        whole, end, _ = file.read().rpartition(b"\n")
    return read + len(whole) + len(end), [Live.model_validate_json(line) for line in whole.splitlines()]


@contextmanager
def _asked() -> Iterator[list[str]]:
    """Within the block SIGINT and SIGTERM end nothing by themselves: what is yielded tells of them."""
    asked: list[str] = []

    def hear(number: int, frame: FrameType | None) -> None:
        asked.append(signal.Signals(number).name)

    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, hear)
    except ValueError:
        pass  # not in the main thread: signals are somebody else's there
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _last_line(directory: Path) -> str:
    """The last that the process has said; it never says what it sends."""
    lines = (directory / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"

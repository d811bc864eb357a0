"""The process that was started for a load test: alone, or the master of workers here and elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import gevent
from locust.rpc import Message

from loadtests.generator import ending, locusts
from loadtests.generator.arguments import Arguments
from loadtests.generator.arrivals import Share
from loadtests.generator.conducting import Conductor
from loadtests.generator.locusts import Files
from loadtests.generator.serving import WORDS, hello
from loadtests.generator.working import Worker
from loadtests.measured import Live, Measured
from loadtests.plan import LoadPlan

_SELF = "local"
_FAREWELL = 0.2
"""Seconds that the last messages have to go out."""


def alone(plan: LoadPlan, asked: Arguments) -> int:
    """Send everything from this process."""
    made: list[Worker] = []
    env = locusts.environment(plan.base, lambda: made[0].pace())
    runner = env.create_local_runner()

    def send(worker: str, kind: str, data: dict[str, Any]) -> None:
        if kind == "begin":
            made[0].begin(Share(0, 1), data["at"])
        elif kind == "end":
            made[0].end(data["why"])

    conductor = Conductor(
        plan,
        1,
        send=send,
        alive=lambda worker: True,
        spawn=lambda users: runner.start(users, spawn_rate=users),
        tell=_Lines(asked.directory),
    )
    ending.on_signals(lambda: conductor.stop("interrupted"))
    try:
        made.append(Worker(plan, lambda kind, data: conductor.heard(_SELF, kind, data), lambda: env.stats))
        conductor.heard(_SELF, "hello", hello(plan, local=True))
    except Exception as error:  # told as what the generator could not do
        conductor.heard(_SELF, "hello", hello(plan, f"{type(error).__name__}: {error}", local=True))
    files = Files(env, asked.csv, asked.html, web=asked.web)
    _write(asked.directory, conductor.conduct())
    files.write()
    return 0


def master(plan: LoadPlan, asked: Arguments) -> int:
    """Have workers send, here and elsewhere."""
    env = locusts.environment(plan.base, None)
    runner = env.create_master_runner(*asked.bind)
    children: list[subprocess.Popen[bytes]] = []
    pids: dict[str, subprocess.Popen[bytes]] = {}

    def alive(worker: str) -> bool:
        child = pids.get(worker)
        return worker in runner.clients if child is None else child.poll() is None

    conductor = Conductor(
        plan,
        asked.workers + asked.remote,
        send=lambda worker, kind, data: runner.send_message(kind, data, client_id=worker),
        alive=alive,
        spawn=lambda users: runner.start(users, spawn_rate=users),
        tell=_Lines(asked.directory),
    )

    def heard(environment: Any, msg: Message) -> None:
        if msg.type == "hello":
            pid = int(msg.data["name"].rpartition("/")[2])
            own = [child for child in children if msg.data["local"] and child.pid == pid]
            if own:
                pids[msg.node_id] = own[0]
        conductor.heard(msg.node_id, msg.type, msg.data)
        if msg.type == "final":
            runner.send_message("heard", client_id=msg.node_id)

    for word in WORDS:
        runner.register_message(word, heard)
    ending.on_signals(lambda: conductor.stop("interrupted"))
    try:
        children += [_start(asked, runner.server.port) for _ in range(asked.workers)]
        files = Files(env, asked.csv, asked.html, web=asked.web)
        _write(asked.directory, conductor.conduct())
        files.write()
        for worker in runner.clients:
            runner.send_message("heard", client_id=worker)
        gevent.sleep(_FAREWELL)
    finally:
        _end(children)
    return 0


def _start(asked: Arguments, port: int) -> subprocess.Popen[bytes]:
    host = asked.bind[0] if asked.bind[0] not in {"", "*", "0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "loadtests.generator", "--directory", str(asked.directory)),
            *("--master", f"{host}:{port}", "--local"),
        ],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """All of them have told everything, or are lost."""
    for child in children:
        if child.poll() is None:
            child.kill()
    for child in children:
        child.wait()


class _Lines:
    """live.jsonl, a line at a time."""

    def __init__(self, directory: Path) -> None:
        self._file = (directory / "live.jsonl").open("a", encoding="utf-8")

    def __call__(self, live: Live) -> None:
        self._file.write(live.model_dump_json() + "\n")
        self._file.flush()


def _write(directory: Path, measured: Measured) -> None:
    """measured.json, whole or not at all."""
    beside = directory / "measured.json.new"
    beside.write_text(measured.model_dump_json(), encoding="utf-8")
    os.replace(beside, directory / "measured.json")

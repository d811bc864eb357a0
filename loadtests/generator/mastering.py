"""The process that was started for a load test: alone, or the master of workers here and elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gevent
from locust.rpc import Message

from loadtests.generator import ending, locusts
from loadtests.generator.arguments import Arguments
from loadtests.generator.arrivals import Share
from loadtests.generator.conducting import GATHERING, GATHERING_REMOTE, Conductor
from loadtests.generator.family import Family
from loadtests.generator.locusts import Files
from loadtests.generator.serving import WORDS, described, hello
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
        hopeless=lambda: "",
    )
    ending.on_signals(lambda: conductor.stop("interrupted"))
    try:
        made.append(Worker(plan, lambda kind, data: conductor.heard(_SELF, kind, data), lambda: env.stats))
        conductor.heard(_SELF, "hello", hello(plan, local=True))
    except Exception as error:  # told as what the generator could not do
        conductor.heard(_SELF, "hello", hello(plan, described(error), local=True))
    files = Files(env, asked.csv, asked.html, asked.web)
    _write(asked.directory, conductor.conduct(), files)
    return 0


def master(plan: LoadPlan, asked: Arguments, family: Family) -> int:
    """Have workers send, here and elsewhere."""
    env = locusts.environment(plan.base, None)
    runner = env.create_master_runner(*asked.bind)
    pids: dict[str, int] = {}

    def alive(worker: str) -> bool:
        return family.alive(pids[worker]) is True if worker in pids else worker in runner.clients

    conductor = Conductor(
        plan,
        asked.workers + asked.remote,
        send=lambda worker, kind, data: runner.send_message(kind, data, client_id=worker),
        alive=alive,
        spawn=lambda users: runner.start(users, spawn_rate=users),
        tell=_Lines(asked.directory),
        hopeless=lambda: "a worker has ended before the load began" if family.any_dead() else "",
        patience=GATHERING_REMOTE if asked.remote else GATHERING,
    )

    def heard(environment: Any, msg: Message) -> None:
        if msg.type == "hello" and msg.data["local"]:
            pids[msg.node_id] = msg.data["pid"]
        conductor.heard(msg.node_id, msg.type, msg.data)
        if msg.type == "final":
            runner.send_message("heard", client_id=msg.node_id)

    for word in WORDS:
        runner.register_message(word, heard)
    ending.on_signals(lambda: conductor.stop("interrupted"))
    host = asked.bind[0] if asked.bind[0] not in {"", "*", "0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104
    family.tell(host, runner.server.port)
    files = Files(env, asked.csv, asked.html, asked.web)
    _write(asked.directory, conductor.conduct(), files)
    for worker in runner.clients:
        runner.send_message("heard", client_id=worker)
    gevent.sleep(_FAREWELL)
    return 0


class _Lines:
    """live.jsonl, a line at a time."""

    def __init__(self, directory: Path) -> None:
        self._file = (directory / "live.jsonl").open("a", encoding="utf-8")

    def __call__(self, live: Live) -> None:
        self._file.write(live.model_dump_json() + "\n")
        self._file.flush()


def _write(directory: Path, measured: Measured, files: Files) -> None:
    """What was measured, then Locust's own files; what becomes of them is told, too."""
    _replace(directory, measured)
    try:
        files.write()
    except OSError as error:
        measured.unwritten = error.strerror or str(error)
        _replace(directory, measured)


def _replace(directory: Path, measured: Measured) -> None:
    """measured.json, whole or not at all."""
    beside = directory / "measured.json.new"
    beside.write_text(measured.model_dump_json(), encoding="utf-8")
    os.replace(beside, directory / "measured.json")

"""A worker's own process: Locust's worker runner carries the messages, and starts the user that paces."""

from __future__ import annotations

import os
import socket
import sys
import time
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from locust.rpc import Message

from loadtests.generator import ending, locusts
from loadtests.generator.arrivals import Share
from loadtests.generator.pools import Unusable
from loadtests.generator.working import Worker
from loadtests.plan import LoadPlan

_ORPHANED = 10.0
"""Seconds without a sign of the master after which a worker sends nothing more."""
_FAREWELL = 15.0
"""Seconds that the master has to say that it has heard everything."""
_UNWANTED = "the master has begun no load with it: it has another plan, or ended; the master's output says"
WORDS = ("hello", "report", "final")
"""What a worker says …"""
ORDERS = ("begin", "end", "heard")
"""… and what it is told."""


def named() -> str:
    """This process, for the reader."""
    return f"{socket.gethostname()}/{os.getpid()}"


def hello(plan: LoadPlan, problem: str = "", *, local: bool) -> dict[str, Any]:
    """What a worker says first."""
    return {"name": named(), "pid": os.getpid(), "digest": plan.digest, "problem": problem, "local": local}


def described(error: Exception) -> str:
    """Why a plan cannot be carried out: what is not of our own making, with its kind."""
    ours = isinstance(error, (Unusable, ValueError))
    return str(error) if ours else f"{type(error).__name__}: {error}"


def serve(plan: LoadPlan, master: tuple[str, int], *, local: bool) -> int:
    """Be a worker until everything is told; 1 where it was refused, or its master vanished."""
    made: list[Worker] = []
    env = locusts.environment(plan.base, lambda: made[0].pace())
    runner = env.create_worker_runner(*master)
    heard = Event()

    def tell(kind: str, data: dict[str, Any]) -> None:
        if kind == "final":
            runner._send_stats()  # before it: the master's files are written at the last one
        runner.send_message(kind, data)

    try:
        worker = Worker(plan, tell, lambda: env.stats)
    except Exception as error:  # whatever it is, the master is to know
        tell("hello", hello(plan, described(error), local=local))
        gevent.sleep(1)  # the message is on its way
        return 1
    made.append(worker)

    def told(environment: Any, msg: Message) -> None:
        data = msg.data or {}
        if msg.type == "begin":
            at = data["at"] if local else monotonic() + data["in"]
            worker.begin(Share(data["index"], data["of"]), at)
        elif msg.type == "end":
            worker.end(data["why"])
        elif msg.type == "heard":
            heard.set()

    for order in ORDERS:
        runner.register_message(order, told)
    ending.on_signals(lambda: worker.end("signal"))
    tell("hello", hello(plan, local=local))
    while not worker.finished.wait(timeout=0.25) and not heard.is_set():
        last = runner.last_heartbeat_timestamp
        if last is not None and time.time() - last > _ORPHANED:
            worker.end("the master has vanished")
    heard.wait(timeout=_FAREWELL)
    if heard.is_set() and worker.finished.is_set():
        return 0
    # The last line is what its command says.
    print(_UNWANTED if heard.is_set() else "the master has vanished", file=sys.stderr)
    return 1

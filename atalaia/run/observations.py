"""Observations: taken once per run, redacted, and shared by all checks and workers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from atalaia.exchange.beside import aside
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.waiting import telling
from atalaia.redaction import Redactor
from atalaia.run import locked
from atalaia.run.bulk import bulky
from atalaia.run.loop_watch import LoopWatch
from atalaia.run.notes import Notes
from atalaia.run.places import Places
from atalaia.run.quietness import Quietness
from atalaia.run.stall import doubted, repeatable, stalled
from atalaia.run.waits import Waits

T = TypeVar("T")

_FORMS: dict[type[Any], TypeAdapter[Any]] = {}
_LONG = 2**20
"""Bytes of a file that take some tenths of a second to read."""

Observe = Callable[[Observable], Awaitable[Any]]
"""The effect that takes an observation."""


_AGAIN = 2
"""Times that a time-out of our own is measured anew, where that is nothing to anybody …"""
_BETWEEN = 0.5
"""… and seconds before that, in which the machine may become less busy."""


class Observation(BaseModel):
    """What was seen, when, and through which hop."""

    model_config = ConfigDict(frozen=True)

    key: str
    taken_at: float
    """Unix time at which it was complete."""
    hop: Hop
    payload: Any
    """What the observable `sees`."""


class Observations:
    """The observations of one run, in a directory that its workers share.

    `take` returns what another check or worker has seen already; otherwise it observes, redacts and
    stores under the observation's lock, so that the stack sees each request once. What has been
    judged is what has been stored. `alone` says that no other process takes part in the run: then there
    is nobody to lock out, and nobody to store for.
    """

    def __init__(self, directory: Path, observe: Observe, redactor: Redactor, *, alone: bool = False) -> None:
        self._directory = directory
        self._observe = observe
        self._redactor = redactor
        self._tasks: dict[str, asyncio.Task[Observation]] = {}
        self._loop_watch = LoopWatch()
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._places = Places()
        self._long = asyncio.Lock()
        self._quietness = None if alone else Quietness(directory)
        self._waits = Waits(directory)
        self._notes = Notes(directory)

    async def take(self, observable: Observable) -> Observation:
        """The observation of this observable; taken now, unless it was before."""
        task = self._tasks.get(observable.key)
        if task is None:
            task = self._tasks[observable.key] = asyncio.create_task(self._take(observable))
        return task.result() if task.done() else await asyncio.shield(task)

    def close(self) -> None:
        """Give up what is still being taken: for who goes on after this run, in the same loop."""
        for task in self._tasks.values():
            task.cancel()
        self._loop_watch.stop()

    async def look_through(self, work: Callable[[], T]) -> T:
        """What work gives that looks through something long: beside the loop, one of them at a time.

        Nothing is measured meanwhile.
        """
        async with self._long, self._places.one():
            return await aside(work)

    async def _take(self, observable: Observable) -> Observation:
        if observable.after is not None:
            await self._until_due(observable, observable.after)
        # Everybody comes by a place to a lock, and by a lock to the hall, so that none waits for another
        # that waits for it; and only as many files are open as there are places.
        async with self._places.all() if observable.quiet else self._places.one():
            if self._quietness is None:
                return await self._observation(observable, await self._watched(observable))
            return await self._shared(observable, self._quietness)

    async def _shared(self, observable: Observable, quietness: Quietness) -> Observation:
        """What another process has stored; else what is seen, stored for the others."""
        path = stored_at(self._directory, observable.key)
        async with locked.alone(path.with_suffix(".lock")):
            if path.exists():
                return await _aside_if(path.stat().st_size >= _LONG, lambda: _load(path, observable))
            async with quietness.quiet() if observable.quiet else quietness.loud():
                payload = await self._watched(observable)
            observation = await self._observation(observable, payload)
            await _aside_if(bulky([payload]), lambda: _store(path, observation))
            return observation

    async def _observation(self, observable: Observable, payload: Any) -> Observation:
        taken_at = time.time()
        redacted = await _aside_if(bulky([payload]), lambda: _redacted(payload, self._redactor))
        return Observation(
            key=self._redactor(observable.key), taken_at=taken_at, hop=observable.hop, payload=redacted
        )

    async def _until_due(self, observable: Observable, after: Observable) -> None:
        earlier = await self.take(after)
        now, due = time.time(), observable.due(earlier.payload)
        if due > now and not stored_at(self._directory, observable.key).exists():
            self._waits.note(now, due)
            await asyncio.sleep(due - now)

    async def _watched(self, observable: Observable) -> Any:
        """What is seen; once more, and again, where this machine itself kept us from seeing it."""
        payload = await self._observed(observable)
        for _ in range(_AGAIN if repeatable(observable) else 0):
            if not stalled(payload):
                break
            await asyncio.sleep(_BETWEEN)
            payload = await self._observed(observable)
        return payload

    async def _observed(self, observable: Observable) -> Any:
        self._loop_watch.start()
        started, begun = time.time(), time.monotonic()
        told = False

        def note(start: float, until: float) -> None:
            nonlocal told
            told = True
            self._waits.note(start, until)

        with telling(note):
            payload = await self._observe(observable)
        if not told:
            self._waits.note(started, started + getattr(payload, "waited", 0.0))
        self._notes.add(map(self._redactor, getattr(payload, "told", ())))
        return doubted(payload, time.monotonic() - begun, self._loop_watch.worst_since(begun))


async def _aside_if(long: bool, work: Callable[[], T]) -> T:
    return await aside(work) if long else work()


def stored_at(directory: Path, key: str) -> Path:
    """Where the observation with this key is stored, once it is taken."""
    return directory / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _redacted(payload: Any, redactor: Redactor) -> Any:
    form = _form(type(payload))
    document = form.dump_python(payload)
    if not redactor.occurs_in(document):
        return payload
    return form.validate_python(redactor.structure(document))


def _form(sees: type[Any]) -> TypeAdapter[Any]:
    """How what is seen goes through JSON, be it a model or a dataclass."""
    if sees not in _FORMS:
        _FORMS[sees] = TypeAdapter(sees)
    return _FORMS[sees]


def _store(path: Path, observation: Observation) -> None:
    partial = path.with_suffix(".partial")
    partial.write_bytes(observation.model_dump_json().encode())
    os.replace(partial, path)


def _load(path: Path, observable: Observable) -> Observation:
    document = json.loads(path.read_text())
    payload = _form(observable.sees).validate_json(json.dumps(document.pop("payload")))
    return Observation(payload=payload, **document)

"""Observations: each taken once, shared by tasks and processes, redacted before anybody sees them."""

from __future__ import annotations

import asyncio
import multiprocessing
from pathlib import Path
from typing import ClassVar

import pytest

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.response import Response
from atalaia.exchange.seen import Seen
from atalaia.redaction import Redactor
from atalaia.run.observations import Observations, stored_at


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Exchange


class QuietAsk(Ask):
    quiet: ClassVar[bool] = True


def ask(key: str) -> Ask:
    return Ask(key=key, hop=Hop.SERVICE)


def seen(body: bytes = b"\x00\xff plain") -> Exchange:
    response = Response(status=200, headers=(("X-Echo", "hunter22"), ("X-Echo", "two")), body=body)
    return Exchange(method="GET", url="http://a/hunter22", request_id="1", response=response, elapsed=0.1)


class Counting:
    """Observes, and counts how often and how many at once."""

    def __init__(self, payload: Exchange | None = None) -> None:
        self.calls: list[str] = []
        self.under_way = 0
        self.most = 0
        self.beside_quiet = 0
        self.payload = payload or seen()

    async def __call__(self, observable: Observable) -> Seen:
        self.calls.append(observable.key)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for _ in range(3):
            await asyncio.sleep(0)  # lets the others run
            if observable.quiet:
                self.beside_quiet += self.under_way - 1
        self.under_way -= 1
        return self.payload


def take(directory: Path, *observables: Ask, observe: Counting, secrets: frozenset[str] = frozenset()):
    async def everything():
        observations = Observations(directory, observe, Redactor(secrets))
        return await asyncio.gather(*(observations.take(each) for each in observables))

    return asyncio.run(everything())


def test_two_who_ask_for_the_same_see_one_observation(tmp_path):
    observe = Counting()
    first, second = take(tmp_path, ask("a"), ask("a"), observe=observe)
    assert first is second
    assert observe.calls == ["a"]


def test_a_later_process_reads_what_an_earlier_one_saw(tmp_path):
    (first,) = take(tmp_path, ask("a"), observe=Counting())
    later = Counting()
    (second,) = take(tmp_path, ask("a"), observe=later)
    assert later.calls == []
    assert second == first
    assert second.payload.response.body == b"\x00\xff plain"


def _take_in_process(directory: Path) -> int:
    observe = Counting()
    take(directory, *(ask(f"k{n}") for n in range(20)), observe=observe)
    return len(observe.calls)


def test_processes_at_the_same_time_observe_each_thing_once(tmp_path):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert sum(pool.map(_take_in_process, [tmp_path] * 4)) == 20


def test_what_is_judged_and_stored_holds_no_secret(tmp_path):
    observe = Counting(seen(b"token=hunter22;"))
    (observation,) = take(tmp_path, ask("a"), observe=observe, secrets=frozenset({"hunter22"}))
    assert observation.payload.response.body == b"token=[redacted];"
    assert observation.payload.url == "http://a/[redacted]"
    stored = stored_at(tmp_path, "a").read_text()
    assert "hunter22" not in stored


def test_what_measures_time_is_taken_alone(tmp_path):
    observe = Counting()
    loud = [ask(f"loud {n}") for n in range(40)]
    quiet = [QuietAsk(key=f"quiet {n}", hop=Hop.SERVICE) for n in range(4)]
    take(tmp_path, *loud[:20], *quiet, *loud[20:], observe=observe)
    assert observe.beside_quiet == 0
    assert 1 < observe.most <= 16
    assert len(observe.calls) == 44


def test_an_observer_that_fails_is_our_defect_and_is_not_stored(tmp_path):
    async def broken(observable: Observable) -> Seen:
        raise RuntimeError("observer")

    with pytest.raises(RuntimeError, match="observer"):
        take(tmp_path, ask("a"), observe=broken)
    assert not stored_at(tmp_path, "a").exists()

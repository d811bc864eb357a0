"""What the runner owns: attempts, deadlines, defects, secrets; with kinds that do as they are told."""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from atalaia.errors import NotMeasured
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from probes import runner
from probes.model import Attempt, Planned, ProbeResult, Reason
from probes.runner import Runner, run_all
from tests.support.probe_runs import planned

GOOD, BAD = Attempt(True), Attempt(False, Reason.STATUS, "503")
Kind = Callable[[Planned, Network], Awaitable[Attempt]]


@pytest.fixture
def kind() -> Iterator[Callable[[Kind], None]]:
    """Gives the kind `tcp` another body while a test lasts."""
    name = "probes.kinds.tcp"
    before = sys.modules.pop(name, None)

    def put(probe: Kind) -> None:
        runner._kind.cache_clear()
        module = types.ModuleType(name)
        module.probe = probe  # type: ignore[attr-defined]
        sys.modules[name] = module

    yield put
    runner._kind.cache_clear()
    sys.modules.pop(name, None)
    if before:
        sys.modules[name] = before


def _script(*attempts: Attempt) -> Kind:
    left = list(attempts)

    async def probe(planned: Planned, network: Network) -> Attempt:
        return left.pop(0)

    return probe


def _run(*probes: Planned, redactor: Redactor | None = None) -> tuple[ProbeResult, ...]:
    return asyncio.run(run_all(probes, Network(), redactor=redactor))


def test_a_failure_is_tried_again_and_both_are_told(kind: Callable[[Kind], None]) -> None:
    kind(_script(BAD, GOOD))
    (result,) = _run(planned(kind="tcp", attempts=3))
    assert (result.success, result.first_try, len(result.attempts)) == (True, False, 2)


def test_not_more_often_than_is_said(kind: Callable[[Kind], None]) -> None:
    kind(_script(BAD, BAD, GOOD))
    (result,) = _run(planned(kind="tcp", attempts=2))
    assert (result.success, len(result.attempts)) == (False, 2)


@pytest.mark.parametrize("reason", [Reason.UNMEASURED, Reason.DEFECT])
def test_what_would_only_be_repeated_is_not_tried_again(kind: Callable[[Kind], None], reason: Reason) -> None:
    kind(_script(Attempt(False, reason)))
    (result,) = _run(planned(kind="tcp", attempts=5))
    assert len(result.attempts) == 1


def test_what_must_fail_is_asked_once(kind: Callable[[Kind], None]) -> None:
    kind(_script(BAD))
    (result,) = _run(planned(kind="tcp", attempts=5, expects_failure=True))
    assert len(result.attempts) == 1


def test_a_kind_gets_the_probes_own_deadline(kind: Callable[[Kind], None]) -> None:
    seen: list[Network] = []

    async def probe(planned: Planned, network: Network) -> Attempt:
        seen.append(network)
        return GOOD

    kind(probe)
    _run(planned(kind="tcp", timeout=timedelta(seconds=1)), planned(kind="tcp", timeout=timedelta(seconds=9)))
    assert [(each.connect.total_seconds(), each.total.total_seconds()) for each in seen] == [(1, 1), (2, 9)]


def test_a_kind_that_does_not_come_back_is_ended(kind: Callable[[Kind], None]) -> None:
    async def probe(planned: Planned, network: Network) -> Attempt:
        await asyncio.sleep(60)
        return GOOD

    kind(probe)
    (result,) = _run(planned(kind="tcp", timeout=timedelta(seconds=0.1)))
    assert result.last.reason is Reason.TIMEOUT
    assert 0.1 <= result.last.duration < 5


def test_a_defect_of_ours_is_told_and_the_others_go_on(kind: Callable[[Kind], None]) -> None:
    async def probe(planned: Planned, network: Network) -> Attempt:
        if planned.name == "odd":
            raise KeyError("oops")
        return GOOD

    kind(probe)
    odd, even = _run(planned("odd", kind="tcp"), planned("even", kind="tcp"))
    assert (odd.last.reason, odd.last.detail) == (Reason.DEFECT, "KeyError")
    assert "KeyError: 'oops'" in odd.last.shown["defect"]
    assert even.success


def test_a_machine_that_cannot_measure_says_so(kind: Callable[[Kind], None]) -> None:
    async def probe(planned: Planned, network: Network) -> Attempt:
        raise NotMeasured("too many open files")

    kind(probe)
    (result,) = _run(planned(kind="tcp"))
    assert (result.last.reason, result.last.detail) == (Reason.UNMEASURED, "too many open files")


def test_no_secret_is_told(kind: Callable[[Kind], None]) -> None:
    kind(_script(Attempt(False, Reason.BODY, "got s3cr3t-word", shown={"body": ["s3cr3t-word"]})))
    (result,) = _run(planned(kind="tcp"), redactor=Redactor(["s3cr3t-word"]))
    assert (result.last.detail, result.last.shown) == ("got [redacted]", {"body": ["[redacted]"]})


def test_lateness_while_this_machine_was_busy_is_its_own(kind: Callable[[Kind], None]) -> None:
    import time

    async def probe(planned: Planned, network: Network) -> Attempt:
        await asyncio.sleep(0.06)  # the watch over the loop runs
        begun = time.perf_counter()
        time.sleep(0.3)
        await asyncio.sleep(0)
        return Attempt(False, Reason.TIMEOUT, "no answer", time.time(), time.perf_counter() - begun)

    kind(probe)
    (result,) = _run(planned(kind="tcp"))
    assert result.last.reason is Reason.UNMEASURED
    assert "held Atalaia itself up" in result.last.detail


def test_those_that_wait_give_their_places_to_the_next(kind: Callable[[Kind], None]) -> None:
    under_way: list[str] = []
    together = asyncio.Event()

    async def probe(planned: Planned, network: Network) -> Attempt:
        under_way.append(planned.name)
        if len(under_way) == 30:
            together.set()
        await together.wait()
        return GOOD

    kind(probe)
    results = _run(*(planned(f"p{number}", kind="tcp") for number in range(30)))
    assert all(result.success for result in results)
    assert [result.planned.name for result in results] == [f"p{number}" for number in range(30)]


def test_no_more_than_so_many_are_under_way(kind: Callable[[Kind], None]) -> None:
    now, most = 0, 0

    async def probe(planned: Planned, network: Network) -> Attempt:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.08)
        now -= 1
        return GOOD

    kind(probe)
    probes = [planned(f"p{number}", kind="tcp") for number in range(20)]
    asyncio.run(run_all(probes, Network(), at_once=3))
    assert most == 3


def test_a_run_that_is_given_up_lets_its_probes_clean_up(kind: Callable[[Kind], None]) -> None:
    cleaned: list[str] = []

    async def probe(planned: Planned, network: Network) -> Attempt:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            cleaned.append(planned.name)
        return GOOD

    kind(probe)

    async def given_up() -> None:
        task = asyncio.create_task(Runner(Network()).run_all([planned(kind="tcp")]))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        assert cleaned == ["auth-service"]

    asyncio.run(given_up())

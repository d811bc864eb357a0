"""A check of the suites as a probe: what they find, it finds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.environment import Environment
from atalaia.environment.loader import load
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from probes.kinds.catalogue import Catalogue
from probes.model import Attempt, Planned, Reason
from probes.runner import Runner, prepare
from tests.support.hostile import HostileServer
from tests.support.standins import free_ports


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


def _environment(directory: Path, url: str, health: str) -> Environment:
    file = directory / "one.yml"
    file.write_text(f"name: one\nsafety: sandbox\nservices:\n  a: {{url: '{url}', health: {health}}}\n")
    return load(file, {})


def _attempt(environment: Environment, check: str = "service.unhealthy", timeout: float = 3) -> Attempt:
    planned = Planned(
        name=f"{check}@a",
        kind="catalogue",
        instance="a",
        hop=Hop.SERVICE,
        interval=timedelta(seconds=60),
        timeout=timedelta(seconds=timeout),
        parameters=Catalogue(environment, check, "a"),
    )

    async def twice() -> Attempt:
        """The second time in the same loop, as in a daemon; nothing of the first one is left."""
        prepare([planned], Network())
        runner = Runner(Network())
        await runner.run(planned)
        before = len(asyncio.all_tasks())
        result = await runner.run(planned)
        assert len(asyncio.all_tasks()) == before
        return result.last

    return asyncio.run(twice())


def test_a_check_that_passes_succeeds(hostile: HostileServer, tmp_path: Path) -> None:
    attempt = _attempt(_environment(tmp_path, hostile.url, "/ok"))
    assert attempt.success, attempt.detail


def test_a_check_that_fails_tells_its_findings(hostile: HostileServer, tmp_path: Path) -> None:
    attempt = _attempt(_environment(tmp_path, hostile.url, "/reset"))
    assert attempt.reason is Reason.CHECK
    assert "reset" in attempt.detail
    assert attempt.shown["check"] == "service.unhealthy"


def test_what_a_check_needs_first_is_named(tmp_path: Path) -> None:
    attempt = _attempt(_environment(tmp_path, f"http://127.0.0.1:{free_ports(1)[0]}", "/ok"))
    assert attempt.reason is Reason.BLOCKED
    assert "address.port-unreachable@a" in attempt.detail or "@a" in attempt.detail


def test_a_check_that_is_not_decided_in_time_leaves_nothing_behind(
    hostile: HostileServer, tmp_path: Path
) -> None:
    attempt = _attempt(_environment(tmp_path, hostile.url, "/silent"), timeout=0.5)
    assert not attempt.success
    assert attempt.duration < 1.5

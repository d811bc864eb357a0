"""What observations tell of themselves reaches the run's record, from every process, without secrets."""

from __future__ import annotations

import asyncio
from pathlib import Path

from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen
from atalaia.redaction import Redactor
from atalaia.run.notes import Notes
from atalaia.run.observations import Observations


class Talkative(Seen):
    told: tuple[str, ...]


class Asked(Observable):
    sees = Talkative


def test_processes_add_to_one_file(tmp_path: Path) -> None:
    Notes(tmp_path).add(["one", "two\nlines"])
    Notes(tmp_path).add([])
    Notes(tmp_path).add(["three"])
    assert Notes(tmp_path).texts() == ("one", "two\nlines", "three")


def test_a_run_whose_observations_say_nothing_has_none(tmp_path: Path) -> None:
    assert Notes(tmp_path).texts() == ()


def test_an_observation_is_told_once_and_without_secrets(tmp_path: Path) -> None:
    async def observe(observable: Observable) -> Seen:
        return Talkative(told=("it took 2 s, hunter22",))

    observations = Observations(tmp_path, observe, Redactor(["hunter22"]))

    async def twice() -> None:
        for _ in range(2):
            await observations.take(Asked(key="k", hop=Hop.MONITORING))

    asyncio.run(twice())
    assert Notes(tmp_path).texts() == ("it took 2 s, [redacted]",)

"""Keeping results beside the probes: each in its run, none twice, none left lying."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from probes.keeper import Keeper
from probes.state import state_file
from tests.support.probe_runs import NOW, VANTAGE, planned, run, worked


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))


def pending() -> int:
    with sqlite3.connect(state_file(VANTAGE.environment)) as connection:
        return int(connection.execute("SELECT count(*) FROM pending").fetchone()[0])


def test_what_comes_while_a_run_is_settled_is_the_next_ones() -> None:
    """As in the daemon, whose probes never rest."""

    async def rounds() -> list[int]:
        keeper = Keeper(VANTAGE, NOW)
        totals = []
        await keeper.begin("r0", NOW)
        for number in range(1, 6):
            between = worked(planned(), at=NOW + 60 * number)
            settling = asyncio.create_task(
                keeper.settle(run(worked(planned(), at=NOW + 60 * (number - 1)), id=f"r{number - 1}", at=NOW))
            )
            await asyncio.sleep(0)
            keeper.record(between)
            counters = await settling
            assert counters
            totals.append(counters.of["auth-service"].runs)
            await keeper.begin(f"r{number}", NOW + 60 * number)
        keeper.close()
        return totals

    assert asyncio.run(rounds()) == [1, 2, 3, 4, 5]
    assert pending() == 1, "the last one's, which is the running round's"


def test_a_state_that_cannot_be_used_is_told_and_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")

    async def once() -> None:
        keeper = Keeper(VANTAGE, NOW)
        assert await keeper.last([planned()]) is None
        await keeper.begin("r", NOW)
        keeper.record(worked())
        assert await keeper.settle(run(worked())) is None
        assert keeper.failure
        keeper.close()

    asyncio.run(once())

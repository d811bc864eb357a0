"""What was not delivered comes to Prometheus later: every result, once, at its own moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atalaia.errors import UsageError
from atalaia.systems.prometheus.exposition import read
from probes.backfill import Wanted, backfill
from probes.state import State
from tests.support.probe_examples import example
from tests.support.probe_runs import NOW, VANTAGE, failed, planned, retried, run, worked

HOUR = 3600.0
AUTH, CHAT = planned("auth-service"), planned("chat-service")
ALL = Wanted("atendeai")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State(tmp_path / "atendeai.sqlite", now=NOW - 10 * HOUR) as state:
        yield state


def play(state: State, at: float, *results: object, delivered: bool = False) -> None:
    one = run(*results, id=f"r{at}", at=at)  # type: ignore[arg-type]
    state.begin(one.id, VANTAGE, at)
    state.settle(one)
    if delivered:
        state.delivered(one.id, at + 2)


def written(path: Path, name: str) -> list[str]:
    """The samples of a name, with their moments, as they stand in the file."""
    return [line for line in path.read_text().splitlines() if line.startswith((f"{name}{{", f"{name} "))]


def test_every_undelivered_result_has_its_own_moment(state: State, tmp_path: Path) -> None:
    play(state, NOW - 6 * HOUR, worked(AUTH, at=NOW - 6 * HOUR), delivered=True)
    play(state, NOW - 5 * HOUR, worked(AUTH, at=NOW - 5 * HOUR), failed(CHAT, at=NOW - 5 * HOUR))
    play(state, NOW - 4 * HOUR, retried(AUTH, at=NOW - 4 * HOUR))
    told = backfill(state, tmp_path / "out.om", ALL, now=NOW)
    assert (told.results, told.first, told.too_young) == (3, NOW - 5 * HOUR, 0)
    labels = (
        'job="atalaia-probes",environment="atendeai",location="gru",shard="0/1",probe="{0}",kind="http",'
        'instance="http://{0}.test:3001/health",hop="service"'
    )
    assert written(tmp_path / "out.om", "probe_success") == [
        f"probe_success{{{labels.format('auth-service')}}} 1 {NOW - 5 * HOUR:.3f}",
        f"probe_success{{{labels.format('auth-service')}}} 1 {NOW - 4 * HOUR + 1:.3f}",
        f"probe_success{{{labels.format('chat-service')}}} 0 {NOW - 5 * HOUR:.3f}",
    ]


def test_counters_are_left_out_unless_asked_for(state: State, tmp_path: Path) -> None:
    for hours in (7, 6, 5):
        play(state, NOW - hours * HOUR, worked(AUTH, at=NOW - hours * HOUR), delivered=hours == 7)
    backfill(state, tmp_path / "out.om", ALL, now=NOW)
    assert "_total" not in (tmp_path / "out.om").read_text()
    backfill(state, tmp_path / "out.om", Wanted("atendeai", counters=True), now=NOW)
    values = [line.split()[-2] for line in written(tmp_path / "out.om", "atalaia_probe_runs_total")]
    assert values == ["2", "3"]
    assert "# TYPE atalaia_probe_runs counter" in (tmp_path / "out.om").read_text()


def test_counters_go_on_from_what_is_no_longer_kept(state: State, tmp_path: Path) -> None:
    for hours in (7, 6, 5):
        play(state, NOW - hours * HOUR, worked(AUTH, at=NOW - hours * HOUR))
    list(state.rows("DELETE FROM results WHERE at < ?", (NOW - 6.5 * HOUR,)))
    backfill(state, tmp_path / "out.om", Wanted("atendeai", counters=True), now=NOW)
    values = [line.split()[-2] for line in written(tmp_path / "out.om", "atalaia_probe_runs_total")]
    assert values == ["2", "3"]


def test_with_the_clock_set_back_moments_still_increase(state: State, tmp_path: Path) -> None:
    for hours in (5, 6, 5.5):
        play(state, NOW - hours * HOUR, worked(AUTH, at=NOW - hours * HOUR))
    backfill(state, tmp_path / "out.om", Wanted("atendeai", counters=True), now=NOW)
    lines = [line.split() for line in written(tmp_path / "out.om", "atalaia_probe_runs_total")]
    assert [float(moment) for *_, moment in lines] == [NOW - 6 * HOUR, NOW - 5.5 * HOUR, NOW - 5 * HOUR]
    assert [value for *_, value, _ in lines] == ["1", "2", "3"]


def test_a_strict_reader_takes_it(state: State, tmp_path: Path) -> None:
    one, _ = example("http")
    play(state, NOW - 5 * HOUR, *one.results)
    later = [worked(AUTH, at=NOW - 4 * HOUR)]
    play(state, NOW - 4 * HOUR, *later)
    told = backfill(
        state, tmp_path / "out.om", Wanted("atendeai", until=NOW + HOUR, counters=True), now=NOW + 5 * HOUR
    )
    assert told.results == 4
    page = read((tmp_path / "out.om").read_bytes(), openmetrics=True)
    # A series with several moments is one that it takes for a duplicate; there are none else.
    assert {flaw.kind.value for flaw in page.flaws} <= {"duplicate"}


def test_the_last_three_hours_are_refused_and_told_when_they_may_be(state: State, tmp_path: Path) -> None:
    play(state, NOW - HOUR, worked(AUTH, at=NOW - HOUR))
    with pytest.raises(UsageError, match="unsafe") as caught:
        backfill(state, tmp_path / "out.om", Wanted("atendeai", until=NOW - HOUR), now=NOW)
    assert "at most until 2026-11-18 08:06:40 UTC now; from 2026-11-18 13:06:40 UTC on it may be" in str(
        caught.value
    )
    with pytest.raises(UsageError, match=r"1 may be from 2026-11-18 13:06:40 UTC on"):
        backfill(state, tmp_path / "out.om", ALL, now=NOW)
    assert not (tmp_path / "out.om").exists()


def test_what_is_too_young_is_left_out_and_told(state: State, tmp_path: Path) -> None:
    play(state, NOW - 4 * HOUR, worked(AUTH, at=NOW - 4 * HOUR))
    play(state, NOW - HOUR, worked(AUTH, at=NOW - HOUR))
    told = backfill(state, tmp_path / "out.om", ALL, now=NOW)
    assert (told.results, told.too_young, told.safe) == (1, 1, NOW + 2 * HOUR)


def test_where_everything_was_delivered_nothing_is_written_unless_asked_for(
    state: State, tmp_path: Path
) -> None:
    play(state, NOW - 4 * HOUR, worked(AUTH, at=NOW - 4 * HOUR), delivered=True)
    with pytest.raises(UsageError, match="everything was delivered"):
        backfill(state, tmp_path / "out.om", ALL, now=NOW)
    assert backfill(state, tmp_path / "out.om", Wanted("atendeai", delivered=True), now=NOW).results == 1


def test_since_and_until_bound_it(state: State, tmp_path: Path) -> None:
    for hours in (8, 7, 6, 5):
        play(state, NOW - hours * HOUR, worked(AUTH, at=NOW - hours * HOUR))
    wanted = Wanted("atendeai", since=NOW - 7 * HOUR, until=NOW - 5 * HOUR)
    told = backfill(state, tmp_path / "out.om", wanted, now=NOW)
    assert (told.first, told.last) == (NOW - 7 * HOUR, NOW - 6 * HOUR)

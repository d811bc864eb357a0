"""The generator against a target that counts: what is told adds up, and is what the target has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from loadtests.measured import Live, Measured
from loadtests.plan import Entry, Expected, Request, Stage, Table
from loadtests.process import generate
from tests.support.generated_load import get, plan, reconciles
from tests.support.load_target import Target, load_target

NAMES = {"POST /echo": "journey/create", "GET /503": "journey/fail", "DELETE /clean": "journey/clean"}
"""What the journey's requests are called."""


@dataclass
class Everything:
    measured: Measured
    target: Target
    lives: list[Live]
    rows: dict[tuple[str, str], list[str]]
    """Locust's CSV, by method and name."""
    html: str


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """One load with every kind of answer in it, from several addresses, with a warm-up."""
    place = tmp_path_factory.mktemp("native")
    journey = Entry(
        name="journey",
        weight=2,
        data="people",
        requests=(
            Request(name="journey/create", method="POST", path="/echo?who={who}",
                    body={"who": "{who}", "n": 1}, expected=Expected(statuses=(201,)),
                    saves=(("body", "/body"),)),
            Request(name="journey/fail", method="GET", path="/503"),
            Request(name="journey/never", method="GET", path="/never"),
            Request(name="journey/clean", method="DELETE", path="/clean", always=True,
                    headers=(("X-Who", "{who}"),)),
        ),
    )  # fmt: skip
    with load_target() as target:
        lives: list[Live] = []
        measured = generate(
            plan(
                target,
                get("/ok", expected=Expected(values=(("/id", 42),), headers=(("content-type", "json$"),))),
                get("/elsewhere"),
                get("/chunked", expected=Expected(contains="hello world")),
                get("/interim", expected=Expected(matches=r"\d\d")),
                get("/head", method="HEAD"),
                get("/garbage"),
                get("/short"),
                get("/until-end", expected=Expected(contains="the end")),
                get("/closing", expected=Expected(contains="nothing like it")),
                get("/drop"),
                get("/once"),
                get("/once", method="POST", body={}),
                journey,
                stages=(
                    Stage(name="warm-up", begins=0, lasts=0.5, rate=100, until=200, measured=False),
                    Stage(name="first", begins=0.5, lasts=1, rate=200, until=200),
                    Stage(name="second", begins=1.5, lasts=1, rate=200, until=100),
                ),
                arrivals="poisson",
                identities=tuple(f"127.0.7.{number}" for number in range(1, 8)),
                tables={"people": Table(columns=("who",), rows=(("ana maria",), ("zé/é",)))},
            ),
            follow=lambda live: lives.append(live),
            csv=place / "stats",
            html=place / "report.html",
        )
        assert measured.generator == ""
        rows = [row.split(",") for row in (place / "stats_stats.csv").read_text().splitlines()[1:]]
        by_name = {(row[0], row[1]): row for row in rows}
        yield Everything(measured, target, lives, by_name, (place / "report.html").read_text())


@pytest.fixture
def target() -> Iterator[Target]:
    with load_target() as target:
        yield target


def test_counts_add_up(everything: Everything) -> None:
    measured = everything.measured
    assert reconciles(measured)
    assert [worker.lost for worker in measured.workers] == [False]
    assert set(measured.stages) == {"first", "second"}


def test_all_that_was_sent_is_what_the_target_has_seen(everything: Everything) -> None:
    target, worker = everything.target, everything.measured.workers[0]
    told = {name: int(row[2]) for (_, name), row in everything.rows.items() if name != "Aggregated"}
    seen = Counter({NAMES.get(what, what): count for what, count in target.requests.items()})
    assert sum(told.values()) == worker.sent + worker.warm_up
    assert {what for what in seen if seen[what] != told[what]} <= {"GET /once", "GET /drop"}
    assert sum(seen.values()) == sum(told.values()) + worker.resent


def test_what_rested_may_have_been_closed_and_is_asked_anew(target: Target) -> None:
    measured = generate(plan(target, get("/once"), rate=0.4, lasts=2.6))  # at 0 and at 2.5 s
    (worker,) = measured.workers
    assert measured.series["GET /once"].good == worker.intended == worker.sent == 2
    assert worker.resent == target.refused["GET /once"] == 1


def test_answers_are_told_apart(everything: Everything) -> None:
    series = everything.measured.series
    failures = {name: set(each.failures) for name, each in series.items()}
    good = {name for name, each in series.items() if each.good == each.sent}
    assert good == {
        "GET /ok", "GET /chunked", "GET /interim", "HEAD /head", "GET /until-end",
        "journey/create", "journey/clean",
    }  # fmt: skip
    assert failures["GET /elsewhere"] == {"302"}
    assert failures["GET /garbage"] == {"not HTTP"}
    assert failures["GET /short"] == {"incomplete answer"}
    assert failures["GET /closing"] == {"body"}
    assert failures["GET /drop"] == {"connection reset"}
    assert failures["journey/fail"] == {"503"}
    assert failures["POST /once"] == failures["GET /once"] == {"connection reset"}


def test_a_connection_that_is_closed_instead_of_an_answer_is_a_failure(everything: Everything) -> None:
    rows, refused = everything.rows, everything.target.refused
    assert int(rows["POST", "POST /once"][3]) == refused["POST /once"] > 0


def test_journeys_take_their_steps(everything: Everything) -> None:
    target, series = everything.target, everything.measured.series
    assert "GET /never" not in target.requests
    assert target.requests["POST /echo"] == target.requests["GET /503"] == target.requests["DELETE /clean"]
    assert "journey/never" not in series
    people = set(target.bodies["POST /echo"])
    assert people == {'{"who":"ana maria","n":1}', '{"who":"zé/é","n":1}'}
    line = target.heads["POST /echo"].partition(" HTTP/1.1")[0]
    assert line in {"POST /echo?who=ana%20maria", "POST /echo?who=z%C3%A9%2F%C3%A9"}


def test_every_identity_has_its_turn(everything: Everything) -> None:
    sources = everything.target.sources
    assert set(sources) == {f"127.0.7.{number}" for number in range(1, 8)}


def test_somebody_can_watch(everything: Everything) -> None:
    lives, worker = everything.lives, everything.measured.workers[0]
    assert lives[-1].sent == worker.sent
    assert lives[-1].good + lives[-1].failed == worker.sent
    assert sum(live.corrected.count for live in lives) == worker.intended
    assert {live.stage for live in lives} <= {"warm-up", "first", "second"}


def test_locusts_own_statistics_are_kept(everything: Everything) -> None:
    worker, rows = everything.measured.workers[0], everything.rows
    assert int(rows["", "Aggregated"][2]) == worker.sent + worker.warm_up
    assert int(rows["GET", "GET /elsewhere"][2]) == int(rows["GET", "GET /elsewhere"][3])
    assert "GET /elsewhere" in everything.html

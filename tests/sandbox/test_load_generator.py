"""The generator against a target that counts: what is told adds up, and is what the target has seen."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loadtests import process
from loadtests.measured import Live, Measured
from loadtests.plan import Entry, Expected, LoadPlan, Request, Stage, Table
from loadtests.process import Address, generate, work
from tests.support.certificates import Authorities
from tests.support.load_target import Target, load_target
from tests.support.standins import free_ports

PATIENCE = 60.0
"""Seconds; a deadline, no measure."""
NAMES = {"POST /echo": "journey/create", "GET /503": "journey/fail", "DELETE /clean": "journey/clean"}
"""What the journey's requests are called."""


@pytest.fixture
def target() -> Iterator[Target]:
    with load_target() as target:
        yield target


def plan(target: Target, *entries: Entry, rate: float = 100, lasts: float = 1, **more: Any) -> LoadPlan:
    """One stage of one rate."""
    given: dict[str, Any] = {
        "scenario": "test", "digest": "d" * 64, "base": f"http://127.0.0.1:{target.port}",
        "stages": (Stage(name="steady", begins=0, lasts=lasts, rate=rate, until=rate),),
        "arrivals": "uniform", "seed": 1, "entries": entries or (get("/ok"),),
        "timeout": 30, "in_flight": 2000, "max_rate": 10_000,
    }  # fmt: skip
    return LoadPlan(**{**given, **more})


def get(path: str, *, method: str = "GET", **more: Any) -> Entry:
    """An entry of one request."""
    name = f"{method} {path}"
    return Entry(name=name, weight=1, requests=(Request(name=name, method=method, path=path, **more),))


def reconciles(measured: Measured) -> bool:
    """Per worker, and over all series."""
    workers = measured.workers
    return (
        all(each.intended == each.sent + each.dropped for each in workers)
        and all(each.sent == each.done + each.timed_out for each in workers)
        and sum(each.intended for each in workers)
        == sum(each.intended for each in measured.series.values())
        == sum(each.corrected.count for each in measured.series.values())
        == sum(each.intended for each in measured.stages.values())
        == sum(each.intended for each in measured.seconds.values())
    )


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


def test_a_target_that_stands_still(target: Target) -> None:
    """Arrivals go on; what is beyond the cap is dropped, what has no answer in time has timed out."""

    def follow(live: Live) -> None:
        target.silent = 1 <= live.at < 2

    target.silent = True
    measured = generate(plan(target, rate=400, lasts=3, timeout=0.5, in_flight=150), workers=2, follow=follow)
    series, workers = measured.series["GET /ok"], measured.workers
    assert reconciles(measured)
    assert series.intended == 1200
    assert sum(each.sent for each in workers) == target.requests.total()
    assert series.timed_out == series.failures["timeout"] > 0
    assert sum(each.dropped for each in workers) > 0
    assert series.good + series.timed_out == series.sent
    assert series.corrected.never == series.intended - series.good


def test_a_worker_that_is_killed(target: Target) -> None:
    killed: list[int] = []

    def follow(live: Live) -> None:
        if not killed:
            killed.append(_workers(os.getpid())[0])
            os.kill(killed[0], signal.SIGKILL)

    measured = generate(plan(target, rate=50, lasts=5), workers=2, follow=follow)
    lost = {each.name.rpartition("/")[2]: each.lost for each in measured.workers}
    assert measured.workers_expected == 2
    assert lost.pop(str(killed[0])) is True
    assert list(lost.values()) == [False]
    assert next(each for each in measured.workers if not each.lost).intended == 125


def test_an_encrypted_target(tmp_path: Path) -> None:
    """Over connections that are kept; who cannot prove that it is the target gets nothing."""
    authorities = Authorities(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authorities.leaf(authorities.middle))
    big = Request(name="big", method="POST", path="/echo", body={"text": "x" * 300_000})
    with load_target(context) as target:
        tls = plan(
            target, get("/ok"), Entry(name="big", weight=1, requests=(big,)),
            base=f"https://front.test:{target.port}", connect_to="127.0.0.1", authorities=str(authorities.ca),
        )  # fmt: skip
        measured = generate(tls)
        assert reconciles(measured)
        assert {name: each.good for name, each in measured.series.items()} == {
            "GET /ok": target.requests["GET /ok"], "big": target.requests["POST /echo"],
        }  # fmt: skip
        assert measured.workers[0].sent == target.requests.total() > target.connections
        assert "Host: front.test" in target.heads["GET /ok"]
        strangers = generate(tls.model_copy(update={"authorities": None}))
    assert {why for each in strangers.series.values() for why in each.failures} == {"certificate"}
    assert target.requests.total() == measured.workers[0].sent


def test_a_load_that_is_ended_before_its_time(target: Target) -> None:
    target.silent = True
    measured = generate(plan(target, rate=50, lasts=600), follow=lambda live: "hopeless")
    assert measured.interrupted == "aborted: hopeless"
    assert reconciles(measured)
    assert measured.series["GET /ok"].failures == {"interrupted": measured.workers[0].sent}
    assert measured.ended - measured.began < 600


def test_a_plan_that_cannot_be_carried_out_is_not(target: Target) -> None:
    measured = generate(plan(target, max_rate=3), workers=2)
    assert measured.generator.endswith(": 100 arrivals a second, and the environment allows 3")
    assert measured.workers_expected == 2
    assert measured.workers == ()
    assert target.connections == 0


def test_workers_of_other_machines_must_have_the_same_plan(target: Target) -> None:
    (port,) = free_ports(1)
    master = Address("127.0.0.1", port)
    theirs = plan(target).model_copy(update={"digest": "e" * 64})
    told: list[str] = []
    worker = threading.Thread(target=lambda: told.append(work(theirs, master)))
    worker.start()
    measured = generate(plan(target), workers=1, remote=1, bind=master)
    worker.join(PATIENCE)
    assert not worker.is_alive()
    assert "has another plan" in measured.generator
    assert target.requests.total() == 0


def test_nobody_sends_on_alone(target: Target, tmp_path: Path) -> None:
    """The command is killed: the generator and its workers end, and leave no plan with its tokens behind."""
    (tmp_path / "plan.json").write_text(plan(target, rate=20, lasts=600).model_dump_json())
    script = """
        import sys
        from pathlib import Path
        from loadtests.plan import LoadPlan
        from loadtests.process import generate
        plan = LoadPlan.model_validate_json(Path(sys.argv[1]).read_bytes())
        generate(plan, workers=2, follow=lambda live: print(live.at, flush=True))
    """
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "plan.json")],
        stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert started.stdout is not None
    with started.stdout:
        assert started.stdout.readline()
        generators = _children(started.pid)
        everyone = [*generators, *(worker for pid in generators for worker in _children(pid))]
        assert len(everyone) == 3
        started.kill()
        started.wait()
    _until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and _alive(pid) for pid in everyone))
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_a_generator_that_hangs_is_not_waited_for(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SILENT", 2.0)

    def freeze(live: Live) -> None:
        for pid in filter(_is_generator, _children(os.getpid())):
            os.kill(pid, signal.SIGSTOP)

    measured = generate(plan(target, rate=20, lasts=600), follow=freeze)
    assert "hung" in measured.interrupted
    assert measured.generator


def test_nobody_waits_alone_for_a_master(target: Target, tmp_path: Path) -> None:
    """The command of a worker is killed before there is a master: its process and its plan go with it."""
    (tmp_path / "plan.json").write_text(plan(target).model_dump_json())
    (port,) = free_ports(1)
    script = """
        import sys
        from pathlib import Path
        from loadtests.plan import LoadPlan
        from loadtests.process import Address, work
        plan = LoadPlan.model_validate_json(Path(sys.argv[1]).read_bytes())
        work(plan, Address("127.0.0.1", int(sys.argv[2])))
    """
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "plan.json"), str(port)],
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    _until(lambda: any(_is_generator(child) for child in _children(started.pid)))
    (worker,) = _children(started.pid)
    started.kill()
    started.wait()
    _until(lambda: not _alive(worker))
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _workers(pid: int) -> list[int]:
    """The workers of the generator that this process has started."""
    generators = [child for child in _children(pid) if _is_generator(child)]
    return [worker for generator in generators for worker in _children(generator)]


def _is_generator(pid: int) -> bool:
    return b"loadtests.generator" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _until(there: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.05)

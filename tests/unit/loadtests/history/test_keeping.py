"""Load tests on disk: whole documents, nothing secret, and which of them may be compared."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atalaia.errors import DeliveryError, UsageError
from loadtests.document import LoadRecord, Run, record_of
from loadtests.history import keeping
from loadtests.history.host import host_class
from loadtests.history.keeping import accept, comparable, history, keep, read
from loadtests.measured import Measured
from loadtests.plan import Entry, LoadPlan, Request, Table
from loadtests.thresholds import Thresholds
from loadtests.verdict.judge import judge
from loadtests.verdict.model import Outcome
from tests.support.load_runs import Answer, measured, plan_of

HOST = "a processor, 2 cores, Linux 6, Python 3.11"
SLO = Thresholds(p95=0.2, failures=0)
PLAN = plan_of(20, 2)
FIRST = datetime(2026, 11, 1, 3, tzinfo=UTC)


def name_of(number: int) -> str:
    return f"{FIRST + timedelta(days=number):%Y%m%dT%H%M%SZ}-0000{number:02}"


def kept(
    out: Path, number: int, answer: Answer | None = None, plan: LoadPlan = PLAN, **run: str
) -> LoadRecord:
    """A run of the n-th night."""
    found = measured(plan, lambda _: answer or Answer())
    about = Run(
        **{
            "run": name_of(number),
            "environment": "shop",
            "started": (FIRST + timedelta(days=number)).isoformat(),
            "finished": (FIRST + timedelta(days=number, minutes=1)).isoformat(),
            "host": HOST,
            **run,
        }
    )
    record = record_of(about, plan, SLO, found, judge(found, plan, SLO))
    keep(record, found, out)
    return record


def past(out: Path, **different: object) -> list[str]:
    wanted = {"digest": PLAN.digest, "host": HOST, "workers": 1, **different}
    return [one.run for one in comparable(out, history(out), **wanted)]


def test_a_run_is_kept_whole_and_as_the_latest(tmp_path):
    record = kept(tmp_path, 1)
    directory = tmp_path / "load" / "runs" / record.run
    assert sorted(path.name for path in directory.iterdir()) == [
        "configuration.json", "load.json", "measured.json",
    ]  # fmt: skip
    assert (tmp_path / "load.json").read_text() == (directory / "load.json").read_text()
    assert read(tmp_path / "load.json") == record
    again = Measured.model_validate_json((directory / "measured.json").read_text())
    assert again == measured(PLAN)
    assert json.loads((directory / "configuration.json").read_text())["scenario"] == "steady"


def test_nothing_that_may_be_secret_is_kept(tmp_path):
    secret = "s3cr3t-of-the-shop"
    request = Request(
        name="POST /login", method="POST", path=f"/login?key={secret}",
        headers=(("Authorization", f"Bearer {secret}"),), body={"password": secret},
        saves=(("t", f"/{secret}"),),
    )  # fmt: skip
    plan = PLAN.model_copy(
        update={
            "entries": (Entry(name="login", weight=1, requests=(request,)),),
            "tables": {"users": Table(columns=("name", "password"), rows=(("ana", secret),))},
            "authorities": f"/home/{secret}/ca.pem",
            "connect_to": "10.0.0.1",
        }
    )
    kept(tmp_path, 1, plan=plan)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert all(secret not in path.read_text() for path in files)


def test_runs_are_told_the_latest_first_and_a_broken_one_by_its_name(tmp_path):
    for number in (2, 1, 3):
        kept(tmp_path, number)
    broken = tmp_path / "load" / "runs" / name_of(4)
    broken.mkdir()
    (broken / "load.json").write_text("{")
    (tmp_path / "load" / "runs" / name_of(5)).mkdir()
    known = history(tmp_path)
    assert [record.run for record in known.records] == [name_of(number) for number in (3, 2, 1)]
    (problem,) = known.unreadable
    assert str(broken / "load.json") in str(problem)


def test_there_may_be_no_history(tmp_path):
    assert history(tmp_path).records == ()
    assert past(tmp_path) == []


def test_only_what_is_alike_and_passed_is_compared(tmp_path):
    kept(tmp_path, 1)
    kept(tmp_path, 2, host="another processor")
    kept(tmp_path, 3, plan=plan_of(20, 2, digest="e" * 64))
    kept(tmp_path, 4, Answer(took=0.5))
    kept(tmp_path, 5, Answer(lag=0.5))
    kept(tmp_path, 6, Answer(kind="failed"))
    kept(tmp_path, 7)
    assert past(tmp_path) == [name_of(7), name_of(1)]
    assert past(tmp_path, host="another processor") == [name_of(2)]
    assert past(tmp_path, digest="e" * 64) == [name_of(3)]
    assert past(tmp_path, workers=2) == []


def test_the_last_seven_are_compared(tmp_path):
    for number in range(9):
        kept(tmp_path, number)
    assert past(tmp_path) == [name_of(number) for number in range(8, 1, -1)]


def test_an_accepted_run_begins_a_new_baseline(tmp_path):
    for number in range(3):
        kept(tmp_path, number)
    slow = kept(tmp_path, 3, Answer(took=0.5))
    assert slow.verdict.outcome is Outcome.FAIL
    assert accept(tmp_path, slow.run) == slow
    assert past(tmp_path) == [name_of(3)]
    kept(tmp_path, 4)
    assert past(tmp_path) == [name_of(4), name_of(3)]


def test_only_a_run_that_tells_something_can_be_accepted(tmp_path):
    invalid = kept(tmp_path, 1, Answer(lag=0.5))
    for run, problem in (
        (invalid.run, "INVALID"), ("nothing", "no such file"),
        ("../runs/x", "no path"), ("..", "no such file"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=problem):
            accept(tmp_path, run)


def test_the_oldest_runs_go(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "KEPT_RUNS", 3)
    for number in range(5):
        kept(tmp_path, number)
    kept(tmp_path, 6, run="before-the-release")
    assert sorted(path.name for path in (tmp_path / "load" / "runs").iterdir() if path.is_dir()) == [
        *(name_of(number) for number in (2, 3, 4)), "before-the-release",
    ]  # fmt: skip


def test_a_place_that_cannot_be_written_is_a_message(tmp_path):
    (tmp_path / "load").write_text("a file")
    with pytest.raises(DeliveryError, match="--out"):
        kept(tmp_path, 1)


def test_a_class_of_hosts_is_short_and_names_no_host():
    told = host_class()
    assert len(told) < 100
    assert told == host_class()
    assert "cores, Linux" in told
    assert "Python 3." in told

"""The journal: results as they arrive, a whole document at the end, and a bound on what is kept."""

from __future__ import annotations

import json
import os
import re
import threading
from datetime import UTC, datetime, timedelta, timezone

import jsonschema
import pytest

from atalaia.errors import DeliveryError, ExitCode
from atalaia.run.journal import KEPT_RUNS, Journal, new_run_id, prune
from atalaia.run.results import RunRecord
from atalaia.run.schema import findings_schema
from tests.support.example_runs import RUNS
from tests.support.records import passed, record

NOW = datetime(2026, 11, 21, 12, 15, tzinfo=UTC)


def test_the_id_of_a_run_is_its_time_in_utc_and_something_of_its_own():
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    assert re.fullmatch(r"20261121T121500Z-[0-9a-f]{6}", new_run_id(east))
    assert len({new_run_id(NOW) for _ in range(50)}) == 50


def test_a_result_is_on_disk_as_soon_as_it_has_arrived(tmp_path):
    journal = Journal(tmp_path / "runs" / "r1")
    for number in range(3):
        journal.append(passed(f"a@{number}\n").model_dump(mode="json"))
        lines = (tmp_path / "runs" / "r1" / "results.jsonl").read_text().splitlines()
        assert [json.loads(line)["target"] for line in lines] == [f"{n}\n" for n in range(number + 1)]


def test_the_finished_run_is_written_to_its_directory_and_as_the_latest(tmp_path):
    run = RUNS["many-failures"]()
    Journal(tmp_path / "runs" / run.run).finish(run, tmp_path)
    own = (tmp_path / "runs" / run.run / "findings.json").read_text()
    assert own == (tmp_path / "findings.json").read_text()
    assert RunRecord.model_validate_json(own) == run
    assert json.loads(own)["schema"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["findings.json", "runs"]


@pytest.mark.parametrize("name", RUNS)
def test_what_is_written_is_what_the_schema_says(tmp_path, name):
    run = RUNS[name]()
    Journal(tmp_path / "runs" / run.run).finish(run, tmp_path)
    jsonschema.validate(json.loads((tmp_path / "findings.json").read_text()), findings_schema())


def test_a_reader_never_sees_a_part_of_the_latest_findings(tmp_path):
    run = record(*(passed(f"a@{number}") for number in range(500)))
    journal = Journal(tmp_path / "runs" / run.run)
    journal.finish(run, tmp_path)
    ended = threading.Event()

    def write() -> None:
        for _ in range(10):
            journal.finish(run, tmp_path)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not ended.is_set():
        assert len(json.loads((tmp_path / "findings.json").read_text())["results"]) == 500
        reads += 1
    writer.join()
    assert reads


def test_the_latest_runs_stay_and_the_oldest_go(tmp_path):
    names = [f"2026{month:02}01T000000Z-00000{month}" for month in range(1, 10)]
    for name in names:
        _finished(tmp_path / name)
    removed = prune(tmp_path, keep=4, now=NOW)
    assert [path.name for path in removed] == names[:5]
    assert _runs(tmp_path) == names[5:]


def test_finishing_a_run_keeps_to_the_bound_that_is_documented(tmp_path):
    for number in range(KEPT_RUNS + 3):
        _finished(tmp_path / "runs" / f"20260101T0000{number:02}Z-000000")
    run = record(passed("a@x"))
    Journal(tmp_path / "runs" / run.run).finish(run, tmp_path)
    kept = _runs(tmp_path / "runs")
    assert len(kept) == KEPT_RUNS
    assert kept[-1] == run.run
    assert "20260101T000003Z-000000" not in kept


def test_what_a_user_named_and_what_may_still_run_is_left_alone(tmp_path):
    _finished(tmp_path / "before-the-release")
    under_way = tmp_path / new_run_id(NOW - timedelta(hours=1))
    under_way.mkdir()
    killed = tmp_path / new_run_id(NOW - timedelta(days=2))
    killed.mkdir()
    elsewhere = tmp_path / "elsewhere"
    _finished(elsewhere)
    (tmp_path / new_run_id(NOW - timedelta(days=9))).symlink_to(elsewhere)
    assert prune(tmp_path, keep=0, now=NOW) == (killed,)
    assert (elsewhere / "findings.json").exists()
    assert under_way.exists()
    assert (tmp_path / "before-the-release").exists()


def test_runs_that_finish_at_once_do_not_stumble_over_each_others_clearing(tmp_path):
    for number in range(60):
        _finished(tmp_path / f"20260101T0000{number:02}Z-000000")
    problems: list[BaseException] = []

    def clear() -> None:
        try:
            prune(tmp_path, keep=5, now=NOW)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=clear) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(_runs(tmp_path)) == 5


def test_a_place_that_cannot_be_written_is_a_message_with_its_name_and_exit_code_4(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(DeliveryError) as caught:
        Journal(tmp_path / "out" / "runs" / "r1")
    assert caught.value.exit_code is ExitCode.NOT_DELIVERED
    assert str(tmp_path / "out") in str(caught.value)
    assert "--out" in str(caught.value)


def test_a_write_that_fails_leaves_the_old_document_and_nothing_else(tmp_path):
    run = record(passed("a@x"))
    journal = Journal(tmp_path / "runs" / run.run)
    journal.finish(run, tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "findings.json").mkdir()
    with pytest.raises(DeliveryError):
        journal.finish(run, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["findings.json"]


def test_findings_are_as_readable_as_the_user_wants_new_files_to_be(tmp_path):
    run = record(passed("a@x"))
    before = os.umask(0o027)
    try:
        Journal(tmp_path / "runs" / run.run).finish(run, tmp_path)
    finally:
        os.umask(before)
    assert (tmp_path / "findings.json").stat().st_mode & 0o777 == 0o640


def _runs(directory) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.is_dir())


def _finished(directory) -> None:
    directory.mkdir(parents=True)
    (directory / "findings.json").write_text("{}")

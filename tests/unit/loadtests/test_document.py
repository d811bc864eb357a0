"""load.json: its schema is current, and every run's document is what the schema says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from loadtests.document import LoadRecord, Run, load_schema, record_of, text
from loadtests.history.comparison import Past, regressed, with_regression
from loadtests.server_side.model import ServerSide
from loadtests.thresholds import Limits, Thresholds
from loadtests.verdict.judge import judge
from loadtests.verdict.search import Found, Step
from tests.support.load_runs import ROUTE, Answer, measured, plan_of

COMMITTED = Path(__file__).parents[3] / "docs" / "load.schema.json"
SCHEMA = jsonschema.Draft202012Validator(load_schema())
SLO = Thresholds(throughput=20, p95=0.2, error_rate=0.5, routes={ROUTE: Limits(p99=1)})
ABOUT = Run(
    run="r1", environment="shop", safety="staging", host="a processor", stand_ins=("kong-1",),
    started="2026-11-21T12:00:00.000+00:00", finished="2026-11-21T12:01:00.000+00:00",
)  # fmt: skip


def one(answer: Answer) -> LoadRecord:
    plan = plan_of(30, 20)
    found = measured(plan, lambda _: answer, workers=2)
    verdict = judge(found, plan, SLO)
    comparison = regressed(verdict, [Past(run=f"r{number}", p95=0.01) for number in range(3)])
    return record_of(
        ABOUT, plan, SLO, found, with_regression(verdict, comparison), comparison=comparison,
        server=ServerSide(absent="no Prometheus is declared"),
        steps=(Step(rate=30, outcome=verdict.outcome),), found=Found(holds=None, bound=30),
    )  # fmt: skip


RECORDS = {
    "well": one(Answer()),
    "slow": one(Answer(took=2)),
    "failed": one(Answer(kind="failed")),
    "timeout": one(Answer(kind="timeout")),
    "dropped": one(Answer(kind="dropped")),
    "late": one(Answer(lag=1)),
}


def document(name: str = "well") -> dict:
    return json.loads(RECORDS[name].model_dump_json(by_alias=True))


def test_the_committed_schema_is_current():
    assert COMMITTED.read_text() == text(), f"python -m loadtests.document > docs/{COMMITTED.name}"


def test_the_schema_is_one_and_says_what_keys_mean():
    jsonschema.Draft202012Validator.check_schema(load_schema())
    stage = load_schema()["$defs"]["Stage"]["properties"]
    assert stage["begins"]["description"] == "Seconds since the load began."


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_written_is_what_the_schema_says_and_reads_back_the_same(name):
    SCHEMA.validate(document(name))
    assert LoadRecord.model_validate(document(name)) == RECORDS[name]
    assert "Infinity" not in json.dumps(document(name))


@pytest.mark.parametrize("key", document())
def test_the_schema_misses_every_key_that_is_not_written(key):
    broken = document()
    del broken[key]
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(broken)


@pytest.mark.parametrize("change", [{"schema": 2}, {"verdict": "PASS"}, {"colour": "red"}])
def test_what_is_no_such_document_is_refused(change):
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate({**document(), **change})


def test_its_counts_add_up():
    told = RECORDS["dropped"]
    assert told.requests.intended == told.requests.sent + told.requests.dropped == 600
    assert sum(one.intended for one in told.workers) == sum(one.intended for one in told.routes) == 600
    assert [stage.name for stage in told.stages] == ["steady"]
    assert told.requests.corrected.p50 == float("inf")
    assert document("dropped")["requests"]["corrected"]["p50"] == "never"
    assert document("dropped")["schema"] == 1

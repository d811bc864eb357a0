"""A load test told to people: the verdict first, on any terminal, and safe to show."""

from __future__ import annotations

import re

import pytest

from loadtests.document import LoadRecord, Run, record_of
from loadtests.history.comparison import Past, regressed, with_regression
from loadtests.server_side.model import HopSeen, Reading, ServerSide, Share
from loadtests.telling import markdown
from loadtests.telling.facts import CODES
from loadtests.telling.report import render
from loadtests.thresholds import Limits, Thresholds
from loadtests.verdict.judge import judge
from loadtests.verdict.model import Outcome
from loadtests.verdict.search import Found, Step
from reports.screen import Screen
from reports.visible import cells
from tests.support.load_runs import Answer, measured, plan_of

LONG = "/api/v1/" + "very-long-names-of-things/" * 4
STACK = ServerSide(
    sent=600, least=600, interval=1,
    hops=(
        HopSeen(name="load balancer", of="frontend public", requests=600, mean=0.0041),
        HopSeen(name="gateway", requests=590, mean=0.003, p95=0.025),
        HopSeen(name="services", absent="the counters of requests: Prometheus has no such metric"),
    ),
    shares=(Share(where="before the load balancer", seconds=0.001), Share(where="gateway", seconds=0.02)),
    spent="gateway",
    readings=(
        Reading(of="Redis", what="clients, most", value=11, limit=10_000),
        Reading(of="auth-service", what="processor", value=0.02, unit=" cores"),
        Reading(of="user-service", what="processor", value=0.5, unit=" cores"),
    ),
    findings=("gateway: has seen 590 of 600 requests that were sent, where 600 were answered",),
)  # fmt: skip


def one(answer: Answer, server: ServerSide | None = STACK) -> LoadRecord:
    plan = plan_of(30, 20, identities=tuple(f"127.64.0.{number}" for number in range(200)))
    slo = Thresholds(throughput=20, p95=0.2, error_rate=0.5, routes={answer.route: Limits(p99=0.3)})
    found = measured(plan, lambda _: answer)
    verdict = judge(found, plan, slo)
    comparison = regressed(verdict, [Past(run=f"r{number}", p95=0.1) for number in range(3)])
    about = Run(
        run="20261121T120000Z-ab12cd", environment="shop", safety="staging", host="h", started="s",
        finished="f", stand_ins=("kong-1",),
    )  # fmt: skip
    return record_of(
        about, plan, slo, found, with_regression(verdict, comparison), server=server, comparison=comparison
    )


RECORDS = {
    "well": one(Answer(took=0.1)),
    "slow": one(Answer(took=2)),
    "failed": one(Answer(kind="failed")),
    "late": one(Answer(lag=1)),
    "unsent": one(Answer(kind="unsent")),
    "long": one(Answer(took=0.1, route=LONG)),
    "alone": one(Answer(took=0.1), server=None),
}


def told(record: LoadRecord, width: int = 80, *, colour: bool = False, unicode: bool = True) -> str:
    return render(
        record, Screen(width, colour, unicode), "out/load/runs/r/load.json", CODES[record.verdict.outcome]
    )


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("unicode", [True, False])
def test_every_run_fits_eighty_columns(name: str, unicode: bool) -> None:
    text = told(RECORDS[name], unicode=unicode)
    assert [line for line in text.splitlines() if cells(line) > 80 or line != line.rstrip()] == []
    assert "\x1b" not in text
    assert text.endswith("\n")
    assert text.isascii() or unicode


@pytest.mark.parametrize("name", RECORDS)
def test_the_verdict_comes_first_and_the_exit_code_last(name: str) -> None:
    record = RECORDS[name]
    text = told(record)
    assert text.startswith(f"{record.verdict.outcome.value}  ")
    code = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.INVALID: 2}[record.verdict.outcome]
    assert text.splitlines()[-2:] == [f"exit     {code}", "results  out/load/runs/r/load.json"]


def test_what_each_says() -> None:
    assert {name: record.verdict.outcome for name, record in RECORDS.items()} == {
        "well": Outcome.PASS, "slow": Outcome.FAIL, "failed": Outcome.FAIL, "late": Outcome.INVALID,
        "unsent": Outcome.INVALID, "long": Outcome.PASS, "alone": Outcome.PASS,
    }  # fmt: skip


def test_corrected_service_and_lag_stand_side_by_side() -> None:
    lines = told(RECORDS["late"]).splitlines()
    head = next(number for number, line in enumerate(lines) if "corrected  " in line and "service" in line)
    columns = [match.start() for match in re.finditer("p50", lines[head + 1])]
    assert columns == [lines[head].index(kind) for kind in ("corrected", "service", "lag")]
    row = lines[head + 2].split()
    assert row[:2] == ["all", "600"]
    corrected, service, lag = (float(row[index]) for index in (2, 5, 8))
    assert corrected == pytest.approx(1020, rel=0.01), "lag and service"
    assert service == pytest.approx(20, rel=0.01)
    assert lag == pytest.approx(1000, rel=0.01)


def test_a_long_name_of_a_route_loses_its_beginning() -> None:
    assert re.search(r"\n  …[a-z/-]*of-things/ +600 ", told(RECORDS["long"]))


def test_what_failed_never_ended() -> None:
    assert "never never never" in told(RECORDS["failed"])


def test_the_stack_is_told_with_what_is_wrong_first() -> None:
    text = told(RECORDS["well"])
    stack = text[text.index("the stack's own side") :].splitlines()
    assert stack[1].startswith("  ! gateway: has seen 590 of 600")
    assert "  load balancer, frontend public  600 seen, 600 sent  mean 4.1 ms" in stack
    assert "  gateway                         590 seen, 600 sent  mean 3 ms, p95 ≤ 25 ms" in stack
    assert "services: not measured; the counters of requests: Prometheus has no such metric" in _joined(stack)
    assert "  user-service: processor 0.5 cores" in stack, "the highest of its kind"
    assert "auth-service" not in text
    assert "of a mean of 21 ms: before the load balancer 1 ms, gateway 20 ms" in text


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def test_a_hop_with_a_long_name_is_told_in_several_lines() -> None:
    front = STACK.hops[0].model_copy(update={"of": "frontend " + "x" * 60})
    text = told(one(Answer(), server=STACK.model_copy(update={"hops": (front, *STACK.hops[1:])})))
    assert max(map(cells, text.splitlines())) <= 80
    assert "600 seen, 600 sent, mean 4.1 ms" in " ".join(text.split())


def test_why_nothing_is_said_of_the_stack_is_told() -> None:
    assert "the stack's own side" not in told(RECORDS["alone"])
    absent = one(Answer(), server=ServerSide(absent="no Prometheus is declared"))
    assert "the stack's own side\n  no Prometheus is declared\n" in told(absent)


def test_a_search_tells_its_steps() -> None:
    steps = (Step(rate=250, outcome=Outcome.PASS, because="all hold"), Step(rate=500, outcome=Outcome.FAIL))
    record = RECORDS["well"].model_copy(update={"steps": steps, "found": Found(holds=250, bound=500)})
    assert "steps of the search\n  ✓     250/s  all hold\n  ✗     500/s\n" in told(record)


def test_earlier_runs_are_told() -> None:
    text = " ".join(told(RECORDS["well"]).split())
    assert "as the median of 3 comparable runs, 100 ms" in text


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b[1;32mPASS\x1b[0m" in told(RECORDS["well"], colour=True)
    plain = re.sub(r"\x1b\[[\d;]*m", "", told(RECORDS["slow"], colour=True))
    assert plain == told(RECORDS["slow"])


def test_what_others_named_cannot_drive_a_terminal() -> None:
    evil = RECORDS["well"].model_copy(update={"environment": "\x1b[2Jgone"})
    assert "\x1b" not in told(evil)
    assert "\x1b" not in markdown.render(evil)


@pytest.mark.parametrize("name", RECORDS)
def test_markdown_has_the_same(name: str) -> None:
    record = RECORDS[name]
    text = markdown.render(record)
    assert text.startswith("## ")
    assert f": {record.verdict.outcome.value}\n" in text
    assert text.count("\n| ✅ |") + text.count("\n| ❌ |") + text.count("\n| ❔ |") == len(
        record.verdict.judgements
    )
    tables = [line for line in text.splitlines() if line.startswith("| `all` |")]
    assert [line.count("|") for line in tables] == [10]

"""What a load test writes for Prometheus: complete, strict, and in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from atalaia.systems.prometheus.exposition import read
from atalaia.systems.prometheus.metric_list import load
from loadtests.measured import Live
from loadtests.metrics.catalogue import FINAL, LIVE, METRICS, OF_ALL
from loadtests.metrics.exposition import final, live
from loadtests.thresholds import Thresholds
from loadtests.verdict.judge import judge
from tests.support.load_runs import ROUTE, Answer, measured, plan_of

LABELS = {"environment": "shop", "scenario": 'st"eady'}
NOW = Live(
    at=12, lasts=30, stage="steady", rate=100, sent_rate=99, intended=1200, sent=1190, good=1100, failed=3,
    dropped=10, in_flight=77, p95=None, lag_p99=0.002, workers=1,
)  # fmt: skip


def page_of(answer: Answer) -> str:
    plan = plan_of(30, 20)
    found = measured(plan, lambda _: answer)
    return final(LABELS, judge(found, plan, Thresholds(p95=0.2, error_rate=0.5)), found)


def values(page: str, name: str, **labels: str) -> dict[str, float]:
    """By the label that is not asked for, if there is one."""
    found = read(page.encode())
    assert not found.flaws
    samples = [
        one for one in found.samples if one.name == name and labels.items() <= dict(one.labels).items()
    ]
    more = {"environment", "scenario", *labels}
    return {",".join(value for key, value in one.labels if key not in more): one.value for one in samples}


def test_a_run_that_is_over_tells_everything_and_nothing_else() -> None:
    page = page_of(Answer(took=0.05))
    assert {family.name for family in read(page.encode()).families.values()} == {each.name for each in FINAL}
    assert values(page, "atalaia_load_verdict") == {"pass": 1, "fail": 0, "invalid": 0}
    assert values(page, "atalaia_load_requests") == {
        "intended": 600, "sent": 600, "dropped": 0, "good": 600, "timed_out": 0,
    }  # fmt: skip
    assert values(page, "atalaia_load_good_rate") == {"": 30}
    assert values(page, "atalaia_load_error_ratio") == {"all": 0, ROUTE: 0}
    p95 = values(page, "atalaia_load_latency_seconds", route="all", quantile="0.95")
    assert 0.049 < p95["service"] <= p95["corrected"] < 0.052
    assert p95["lag"] < 0.001


def test_what_failed_is_slower_than_any_time() -> None:
    page = page_of(Answer(kind="failed"))
    assert values(page, "atalaia_load_latency_seconds", route="all", quantile="0.95", kind="corrected") == {
        "": float("inf")
    }
    assert values(page, "atalaia_load_error_ratio")["all"] == 1
    assert values(page, "atalaia_load_threshold_held", route="all") == {"p95": 0, "error-rate": 0}


def test_a_moment_is_told_without_what_is_not_known() -> None:
    page = live(LABELS, NOW)
    assert {family.name for family in read(page.encode()).families.values()} == {
        each.name for each in LIVE if each.name != "atalaia_load_live_p95_seconds"
    }
    assert values(page, "atalaia_load_live_remaining_seconds") == {"": 18}
    assert values(page, "atalaia_load_live_requests_total")["sent"] == 1190


def test_names_say_what_they_are() -> None:
    assert len({each.name for each in METRICS}) == len(METRICS)
    for each in METRICS:
        assert each.name.startswith("atalaia_load_")
        assert (each.type == "counter") == each.name.endswith("_total")
        assert each.help.endswith(".")


def test_every_metric_is_in_the_documentation_and_no_other() -> None:
    page = (Path(__file__).parents[4] / "docs" / "load.md").read_text()
    assert set(re.findall(r"atalaia_load_\w+", page)) == {each.name for each in METRICS}


def test_every_metric_is_listed_with_its_labels_for_rules_and_dashboards() -> None:
    listed = load(Path(__file__).parents[4] / "deploy" / "metrics" / "atalaia.yml").metrics
    ours = {
        name: (one.kind, set(one.labels)) for name, one in listed.items() if name.startswith("atalaia_load_")
    }
    assert ours == {each.name: (each.type, {*OF_ALL, *each.labels}) for each in METRICS}

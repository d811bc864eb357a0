"""Rules: judged on what Prometheus 2.42 said of them in the sandbox, and on worse."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.rules import alerts, evaluation, loaded, names
from atalaia.checks.metrics.rules.alerts import Wanted
from atalaia.checks.metrics.rules.given import Given
from atalaia.environment.monitoring import Alert
from atalaia.environment.monitoring_files import SourceFile
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.label_names import Labelled
from atalaia.systems.prometheus.rules_file import read_rule_file
from tests.support.told import DATA, REPLAYING, STALLED, UNREACHED, recorded, silent, told

TEXT = (DATA / "prometheus" / "services.yml").read_text()
NOW = datetime.fromisoformat("2026-11-21T18:40:01+00:00").timestamp()
"""A second after the recording."""

BAD = {
    "truncated": told(b'{"status":"success","data":{"gro'),
    "error": told({"status": "error", "errorType": "internal", "error": "opening storage failed"}),
    "replaying": told(REPLAYING, 503),
    "no answer": silent(),
    "another document": told({"status": "success", "data": {"result": []}}),
    "an array": told([]),
    "html": told(b"<html><body>nginx</body></html>"),
}


def given(text: str = TEXT) -> Given:
    groups = read_rule_file(SourceFile(text, "rules/services.yml"))
    assert not isinstance(groups, Unreadable)
    return Given(groups)


def rules(**changes: Any) -> Any:
    """The recorded answer, with fields of the alert ServiceDown changed."""
    document = recorded("prometheus/rules.json")
    groups = document["data"]["groups"]
    document["data"]["groups"] = [group for group in groups if group["name"] == "services"]
    (down,) = (rule for rule in document["data"]["groups"][0]["rules"] if rule["name"] == "ServiceDown")
    down |= changes
    return document


def judge(check: Any, document: Any, expected: Any = None) -> Any:
    return check.judge((told(document, at=NOW),), given() if expected is None else expected)


def wanted(**more: Any) -> Wanted:
    settings = {"alert": "ServiceDown", "severity": "critical", "for": "1m", "threshold": "== 0"} | more
    return Wanted(Alert.model_validate_json(json.dumps(settings)), given())


class TestEvaluation:
    def test_rules_that_are_well(self) -> None:
        assert judge(evaluation.FAILING, rules()) == []

    def test_a_rule_that_fails_is_told_with_its_error_and_its_line(self) -> None:
        error = "found duplicate series for the match group; many-to-many matching not allowed"
        (finding,) = judge(evaluation.FAILING, rules(health="err", lastError=error))
        assert finding.expected == "the alert ServiceDown (critical) can be evaluated"
        assert finding.observed == error
        assert finding.cause == "rules/services.yml:7"

    @pytest.mark.parametrize(("seconds", "late"), [(0, False), (6, False), (8, True), (3600, True)])
    def test_a_group_is_late_after_two_intervals_and_some_grace(self, seconds: int, late: bool) -> None:
        verdict = evaluation.FAILING.judge((told(rules(), at=NOW + seconds),), given())
        assert bool(verdict) is late
        if late:
            assert verdict[0].expected == "the group services is evaluated every 1s"

    def test_what_was_never_evaluated_decides_nothing(self) -> None:
        document = rules(health="unknown")
        document["data"]["groups"][0]["lastEvaluation"] = "0001-01-01T00:00:00Z"
        verdict = judge(evaluation.FAILING, document)
        assert isinstance(verdict, Inconclusive)
        assert "services" in verdict.reason

    @pytest.mark.parametrize("bad", BAD)
    def test_an_answer_that_tells_no_rules_is_a_finding(self, bad: str) -> None:
        (finding,) = evaluation.FAILING.judge((BAD[bad],), given())
        assert finding.expected == "Prometheus tells its rules"

    def test_this_machines_own_stall_and_a_cut_answer_decide_nothing(self) -> None:
        for exchange in (silent(STALLED), told(rules(), truncated=True)):
            assert isinstance(evaluation.FAILING.judge((exchange,), given()), Inconclusive)


class TestLoaded:
    def test_what_is_loaded_is_what_the_file_says(self) -> None:
        for check in (loaded.MISSING, loaded.UNEXPECTED, loaded.DIFFERS):
            assert judge(check, rules()) == []

    def test_a_file_that_is_not_loaded(self) -> None:
        document = rules()
        document["data"]["groups"] = []
        (finding,) = judge(loaded.MISSING, document)
        assert finding.expected == "the group services with its 2 rules is loaded"
        assert finding.cause == "rules/services.yml:3"
        assert judge(loaded.DIFFERS, document) == []

    def test_a_rule_that_is_not_loaded(self) -> None:
        (finding,) = judge(loaded.MISSING, rules(name="ServiceUp"))
        assert finding.expected == "the alert ServiceDown (critical) is loaded"
        (finding,) = judge(loaded.UNEXPECTED, rules(name="ServiceUp"))
        assert finding.observed.startswith("the alert ServiceUp (critical), of /etc/prometheus/rules/")

    def test_a_group_that_no_file_has(self) -> None:
        document = recorded("prometheus/rules.json")
        observed = [finding.observed for finding in judge(loaded.UNEXPECTED, document)]
        assert [text.partition(",")[0] for text in observed] == [
            "the group errors",
            "the group store-signals",
        ]

    @pytest.mark.parametrize(
        ("change", "expected", "observed"),
        [
            ({"query": "up == 1"}, 'expr: up{tier="service"} == 0', "expr: up == 1"),
            ({"duration": 600}, "for: 1m", "for: 10m"),
            ({"labels": {"severity": "warning"}}, "label severity: critical", "label severity: warning"),
            ({"labels": {}}, "label severity: critical", "no label severity"),
            ({"keepFiringFor": 60}, "keep_firing_for: 0s", "keep_firing_for: 1m"),
        ],
    )  # fmt: skip
    def test_what_differs_is_told(self, change: dict[str, Any], expected: str, observed: str) -> None:
        (finding,) = judge(loaded.DIFFERS, rules(**change))
        assert finding.expected == f"the alert ServiceDown (critical) as in its file, {expected}"
        assert finding.observed == observed
        assert finding.cause == "rules/services.yml:7"

    def test_another_spelling_is_no_difference(self) -> None:
        assert judge(loaded.DIFFERS, rules(query='(up{tier="service",}) == 0.0')) == []

    def test_an_interval_of_its_own_counts(self) -> None:
        slower = given(TEXT.replace("  - name: services\n", "  - name: services\n    interval: 30s\n"))
        (finding,) = judge(loaded.DIFFERS, rules(), slower)
        assert (finding.expected, finding.observed) == (
            "the group services with interval: 30s",
            "interval: 1s",
        )

    def test_a_rule_file_that_is_none(self) -> None:
        broken = Given((), ("rules/x.yml is no YAML",))
        (finding,) = judge(loaded.MISSING, {"status": "success", "data": {"groups": []}}, broken)
        assert finding.observed == "rules/x.yml is no YAML"

    @pytest.mark.parametrize("bad", BAD)
    def test_nothing_told_decides_nothing(self, bad: str) -> None:
        for check in (loaded.MISSING, loaded.UNEXPECTED, loaded.DIFFERS):
            assert isinstance(check.judge((BAD[bad],), given()), Inconclusive)


class TestAlerts:
    def test_an_alert_that_is_as_declared(self) -> None:
        for check in alerts.CHECKS:
            assert judge(check, rules(), wanted()) == []

    def test_an_alert_that_no_rule_makes(self) -> None:
        (finding,) = judge(alerts.ALERT_MISSING, rules(), wanted(alert="DiskFull"))
        assert finding.expected == "an alerting rule DiskFull"

    def test_another_severity(self) -> None:
        (finding,) = judge(alerts.WRONG_SEVERITY, rules(), wanted(severity="warning"))
        assert finding.expected == "ServiceDown with severity: warning"
        assert finding.observed == "severity: critical"
        assert finding.cause == "rules/services.yml:7"
        (finding,) = judge(alerts.WRONG_SEVERITY, rules(labels={}), wanted())
        assert finding.observed == "no severity"

    def test_another_for(self) -> None:
        (finding,) = judge(alerts.WRONG_FOR, rules(duration=600), wanted())
        assert finding.expected == "the alert ServiceDown (critical) after 1m"
        assert finding.observed == "for: 10m"

    @pytest.mark.parametrize(
        ("expression", "observed"),
        [
            ("errors:ratio > 5", "> 5: errors:ratio > 5 (a percentage where a ratio is meant: 0.05 is 5 %)"),
            ("errors:ratio > 0.5", "> 0.5: errors:ratio > 0.5"),
            ("errors:ratio < 0.05", "< 0.05: errors:ratio < 0.05"),
            ("errors:ratio > limit", "no comparison with a number: errors:ratio > limit"),
        ],
    )
    def test_another_threshold(self, expression: str, observed: str) -> None:
        (finding,) = judge(alerts.WRONG_THRESHOLD, rules(query=expression), wanted(threshold="> 0.05"))
        assert finding.expected == "the alert ServiceDown (critical) fires at > 0.05"
        assert finding.observed == observed

    def test_a_ratio_where_a_percentage_is_meant(self) -> None:
        (finding,) = judge(alerts.WRONG_THRESHOLD, rules(query="cpu > 0.8"), wanted(threshold="> 80"))
        assert finding.observed.endswith("(a ratio where a percentage is meant: 0.8 is 80 %)")

    @pytest.mark.parametrize(
        "expression",
        ["errors > 0.05", "0.05 < errors", "errors > 5 / 100", "errors > 0.050 and traffic > 10"],
    )
    def test_the_same_threshold_in_another_spelling(self, expression: str) -> None:
        assert judge(alerts.WRONG_THRESHOLD, rules(query=expression), wanted(threshold="> 0.05")) == []

    @pytest.mark.parametrize("bad", BAD)
    def test_nothing_told_decides_nothing(self, bad: str) -> None:
        for check in alerts.CHECKS:
            assert isinstance(check.judge((BAD[bad],), wanted()), Inconclusive)


class TestNames:
    METRICS = told({"status": "success", "data": ["up", "http_requests_total"]})
    LABELS = told({"status": "success", "data": ["__name__", "job", "instance", "tier", "service"]})
    LABELLED = Labelled(labels=(("up", ("__name__", "job", "instance", "tier", "service")),))
    EXPECTED = names.Expected(None, given())

    def seen(self, query: str, **more: Any) -> tuple[Any, ...]:
        parts = {"metrics": self.METRICS, "labels": self.LABELS, "labelled": self.LABELLED} | more
        return (told(rules(query=query), at=NOW), *parts.values())

    def test_metrics_and_labels_that_exist(self) -> None:
        for check in names.CHECKS:
            assert check.judge(self.seen('up{tier="service"} == 0'), self.EXPECTED) == []

    def test_a_metric_that_nobody_exports(self) -> None:
        (finding,) = names.UNKNOWN_METRIC.judge(self.seen("upp == 0"), self.EXPECTED)
        assert finding.observed == "upp: neither in Prometheus nor in the list"
        assert finding.cause == "rules/services.yml:7"
        assert names.UNKNOWN_LABEL.judge(self.seen("upp == 0"), self.EXPECTED) == []

    def test_a_label_that_a_metric_has_not(self) -> None:
        (finding,) = names.UNKNOWN_LABEL.judge(self.seen('up{layer="x"} == 0'), self.EXPECTED)
        assert finding.observed == "up has no label layer"
        (finding,) = names.UNKNOWN_LABEL.judge(self.seen("sum by (zone) (up)"), self.EXPECTED)
        assert finding.observed == "sum by zone: no such label there"

    def test_a_value_that_is_not_there_is_nobodys_mistake(self) -> None:
        assert names.UNKNOWN_METRIC.judge(self.seen('up{tier="nothing"} == 0'), self.EXPECTED) == []

    def test_alerts_have_the_labels_of_rules(self) -> None:
        query = 'ALERTS{alertname="x", severity="critical", job="y"}'
        assert names.UNKNOWN_LABEL.judge(self.seen(query), self.EXPECTED) == []

    def test_nothing_told_decides_nothing(self) -> None:
        query = "up"
        for more in (
            {"metrics": BAD["truncated"]},
            {"metrics": told({"status": "success", "data": []}, truncated=True)},
            {"labels": BAD["error"]},
            {"labels": BAD["another document"]},
            {"labelled": Labelled(failure=UNREACHED)},
            {"labelled": Labelled(failure=STALLED)},
        ):
            assert isinstance(
                names.UNKNOWN_METRIC.judge(self.seen(query, **more), self.EXPECTED), Inconclusive
            )

    def test_empty_vectors_are_no_labels(self) -> None:
        """A metric that had series once, and has none now, may have any label that there is."""
        query = 'http_requests_total{service="x"}'
        empty = Labelled(labels=(("http_requests_total", ()),))
        assert names.UNKNOWN_LABEL.judge(self.seen(query, labelled=empty), self.EXPECTED) == []


def test_a_recorded_answer_is_read_whole() -> None:
    from atalaia.systems.prometheus.rules_api import read_rules

    groups = read_rules((DATA / "prometheus" / "rules.json").read_bytes())
    assert not isinstance(groups, Unreadable)
    assert {group.group.name: len(group.group.rules) for group in groups} == {
        "errors": 1, "services": 2, "store-signals": 4,
    }  # fmt: skip
    assert all(timedelta(seconds=group.interval) == timedelta(seconds=1) for group in groups)

"""Grafana: judged on what its API says, after its documents, and on worse."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.dashboards import panels, present, queries, sources
from atalaia.exchange.exchange import Exchange
from atalaia.systems.grafana.walk import Walked
from atalaia.systems.prometheus.label_names import Labelled
from tests.support.told import STALLED, UNREACHED, recorded, silent, told

TITLE = "Overview"
UP = "sum by (job) (up)"


def panel(expression: str = UP, **more: Any) -> dict[str, Any]:
    return {
        "id": 2,
        "type": "timeseries",
        "title": "Up",
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "fieldConfig": {"defaults": {"unit": "short"}, "overrides": []},
        "targets": [{"refId": "A", "expr": expression}],
    } | more


def board(*given: dict[str, Any], provisioned: bool = True, **model: Any) -> Exchange:
    dashboard = {"uid": "o", "title": TITLE, "panels": list(given or (panel(),))} | model
    return told({"meta": {"provisioned": provisioned}, "dashboard": dashboard})


def runtime(started: str) -> Exchange:
    return told({"status": "success", "data": {"startTime": started, "storageRetention": "15d"}})


def walked(**more: Any) -> Walked:
    parts = {
        "search": told([{"uid": "o", "title": TITLE}]),
        "sources": told(recorded("grafana/datasources.json")),
        "health": (("Prometheus", told(recorded("grafana/health.json"))),),
        "runtime": (("Prometheus", runtime("2026-11-21T18:39:46.1Z")),),
        "dashboards": ((TITLE, board()),),
        "labelled": Labelled(labels=(("up", ("__name__", "job", "instance")),)),
    } | more
    return Walked(**parts)


def with_board(*given: dict[str, Any], **more: Any) -> Walked:
    return walked(dashboards=((TITLE, board(*given, **more)),))


def judge(check: Any, walk: Walked, expected: Any = TITLE) -> Any:
    return check.judge((walk,), expected)


class TestSources:
    WANTED = sources.Wanted("Prometheus", "localhost:9090")

    def broken(self, walk: Walked, started: str = "2026-11-21T18:39:46.1Z") -> Any:
        return sources.SOURCE_BROKEN.judge((walk, runtime(started)), self.WANTED)

    def test_grafana_that_is_well(self) -> None:
        assert judge(sources.REFUSED, walked(), "admin") == []
        assert judge(sources.SOURCE_MISSING, walked(), "Prometheus") == []
        assert self.broken(walked()) == []

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_user_that_is_not_let_in(self, status: int) -> None:
        refusal = told({"message": "Invalid username or password"}, status)
        (finding,) = judge(sources.REFUSED, walked(search=refusal), "admin")
        assert finding.expected == "Grafana lets the user admin search for dashboards"
        assert f"{status}: Invalid username or password" in finding.observed

    def test_no_answer_is_a_finding_and_a_stall_of_ours_is_none(self) -> None:
        assert len(judge(sources.REFUSED, walked(search=silent()), "admin")) == 1
        assert isinstance(judge(sources.REFUSED, walked(search=silent(STALLED)), "admin"), Inconclusive)

    def test_a_data_source_that_is_not_there(self) -> None:
        (finding,) = judge(sources.SOURCE_MISSING, walked(), "Loki")
        assert finding.observed == "its data sources are Prometheus"
        (finding,) = judge(sources.SOURCE_MISSING, walked(sources=told([])), "Loki")
        assert finding.observed == "its data sources are none"

    def test_a_user_that_may_not_see_data_sources_decides_nothing(self) -> None:
        forbidden = walked(sources=told({"message": "You'll need additional permissions"}, 403))
        assert isinstance(judge(sources.SOURCE_MISSING, forbidden, "Prometheus"), Inconclusive)

    @pytest.mark.parametrize("body", [b"[{", b"{}", b'[{"id": 1}]', b""])
    def test_an_answer_that_tells_no_data_sources_is_a_finding(self, body: bytes) -> None:
        assert len(judge(sources.SOURCE_MISSING, walked(sources=told(body)), "Prometheus")) == 1

    def test_a_data_source_that_does_not_work(self) -> None:
        health = told({"status": "ERROR", "message": "dial tcp: connection refused"}, 400)
        (finding,) = self.broken(walked(health=(("Prometheus", health),)))
        assert finding.observed == "of http://127.0.0.1:29020: ERROR: dial tcp: connection refused"

    def test_a_data_source_that_is_another_prometheus(self) -> None:
        (finding,) = self.broken(walked(), "2026-11-20T00:00:00Z")
        assert finding.expected == "the data source Prometheus is the Prometheus at localhost:9090"
        assert finding.observed == "http://127.0.0.1:29020 is another server"

    def test_without_a_word_of_its_start_nothing_is_decided(self) -> None:
        for answer in (silent(), told(b"{"), told({"status": "success", "data": {}})):
            assert isinstance(self.broken(walked(runtime=(("Prometheus", answer),))), Inconclusive)


class TestPresence:
    def test_a_dashboard_that_is_there(self) -> None:
        for check in present.CHECKS:
            assert judge(check, walked()) == []

    def test_a_dashboard_that_is_not_there(self) -> None:
        (finding,) = judge(present.MISSING, walked(), "Business")
        assert finding.observed == "no dashboard of that title among 1"

    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b'{"meta": {}}', b'{"meta": {}, "dashboard": {"panels": 5}}']
    )
    def test_a_dashboard_that_is_none(self, body: bytes) -> None:
        (finding,) = judge(present.MISSING, walked(dashboards=((TITLE, told(body)),)))
        assert finding.expected == "Grafana has the dashboard Overview"

    def test_one_that_cannot_be_read_decides_nothing_further(self) -> None:
        torn = walked(dashboards=((TITLE, told(b"{")),))
        for check in (present.NOT_PROVISIONED, present.LEFT_FROM_EXPORT, *panels.CHECKS):
            assert isinstance(judge(check, torn), Inconclusive)
        cut = walked(dashboards=((TITLE, told({"meta": {}}, truncated=True)),))
        assert isinstance(judge(present.MISSING, cut), Inconclusive)

    def test_one_that_was_made_by_hand(self) -> None:
        (finding,) = judge(present.NOT_PROVISIONED, with_board(provisioned=False))
        assert finding.observed == "it was made or imported by hand"

    def test_what_an_export_has_left(self) -> None:
        exported = with_board(
            panel(datasource={"uid": "${DS_PROMETHEUS}"}), __inputs=[{"name": "DS_PROMETHEUS"}]
        )
        (finding,) = judge(present.LEFT_FROM_EXPORT, exported)
        assert finding.observed == "${DS_PROMETHEUS}, __inputs is left in it"


class TestPanels:
    def test_panels_that_are_well(self) -> None:
        for check in panels.CHECKS:
            assert judge(check, walked()) == []

    @pytest.mark.parametrize(
        "source",
        [
            {"uid": "prometheus"},
            "Prometheus",
            None,
            {"uid": "${datasource}"},
            {"uid": "-- Mixed --"},
            "default",
        ],
    )
    def test_a_data_source_by_uid_name_variable_or_default(self, source: Any) -> None:
        assert judge(panels.UNKNOWN_SOURCE, with_board(panel(datasource=source))) == []

    def test_a_data_source_of_another_grafana(self) -> None:
        (finding,) = judge(panels.UNKNOWN_SOURCE, with_board(panel(datasource={"uid": "PBFA9"})))
        assert finding.observed == "“Up”: PBFA9"

    def test_a_panel_without_a_unit(self) -> None:
        (finding,) = judge(panels.UNIT_MISSING, with_board(panel(fieldConfig={})))
        assert finding.expected == "“Up” of Overview has a unit"

    def test_a_unit_of_some_fields_and_panels_without_numbers(self) -> None:
        unit = {"overrides": [{"properties": [{"id": "unit", "value": "s"}]}]}
        assert judge(panels.UNIT_MISSING, with_board(panel(fieldConfig=unit))) == []
        text = {"id": 3, "type": "text", "title": "Read me"}
        table = panel(type="table", fieldConfig={}, id=4)
        assert judge(panels.UNIT_MISSING, with_board(text, table)) == []


class TestQueries:
    NAMES = told({"status": "success", "data": ["up", "gone"]})
    LABELS = told({"status": "success", "data": ["__name__", "job", "instance"]})
    RULES = told({"status": "success", "data": {"groups": []}})

    def names(self, check: Any, walk: Walked, **more: Any) -> Any:
        parts = {"metrics": self.NAMES, "labels": self.LABELS, "rules": self.RULES} | more
        return check.judge((walk, *parts.values()), queries.Expected(TITLE, None))

    def test_a_query_that_asks_for_what_there_is(self) -> None:
        assert judge(queries.UNREADABLE_QUERY, walked()) == []
        for check in (queries.UNKNOWN_METRIC, queries.UNKNOWN_LABEL):
            assert self.names(check, walked()) == []

    @pytest.mark.parametrize("expression", ["sum(up", "rate(up[$window])", "up{job='a'} $"])
    def test_a_query_that_is_no_promql(self, expression: str) -> None:
        (finding,) = judge(queries.UNREADABLE_QUERY, with_board(panel(expression)))
        assert finding.expected == "“Up” of Overview has a query in PromQL"

    @pytest.mark.parametrize("expression", ["rate(up[$__rate_interval])", "up{job=~'$job'}", "up[$__range]"])
    def test_variables_are_filled_in(self, expression: str) -> None:
        variable = {"list": [{"name": "job", "type": "query", "query": "label_values(up, job)"}]}
        found = judge(queries.UNREADABLE_QUERY, with_board(panel(expression), templating=variable))
        assert found == []

    def test_a_query_of_another_kind_of_source_is_not_read(self) -> None:
        loki = {"uid": "loki", "name": "Loki", "type": "loki", "url": ""}
        both = told([*recorded("grafana/datasources.json"), loki])
        given = board(panel('{app="x"} |= "error"', datasource={"uid": "loki"}))
        walk = walked(sources=both, dashboards=((TITLE, given),))
        assert judge(queries.UNREADABLE_QUERY, walk) == []
        assert self.names(queries.UNKNOWN_METRIC, walk) == []

    def test_a_metric_that_nobody_exports(self) -> None:
        (finding,) = self.names(queries.UNKNOWN_METRIC, with_board(panel("upp")))
        assert finding.observed == "query A: upp: neither in Prometheus nor in the list"

    def test_a_label_that_a_metric_has_not(self) -> None:
        (finding,) = self.names(queries.UNKNOWN_LABEL, with_board(panel("sum by (zone) (up)")))
        assert finding.observed == "query A: sum by zone: no such label there"

    def test_nothing_told_decides_nothing(self) -> None:
        for more in (
            {"metrics": silent()},
            {"labels": told(b"{")},
            {"rules": told({"status": "error", "error": "x"})},
            {"rules": told(b"Service Unavailable", 503)},
        ):
            assert isinstance(self.names(queries.UNKNOWN_METRIC, walked(), **more), Inconclusive)
        partly = walked(labelled=Labelled(failure=UNREACHED))
        assert isinstance(self.names(queries.UNKNOWN_METRIC, partly), Inconclusive)

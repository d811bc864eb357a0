"""The dashboards in deploy/grafana: that each panel can show something, and says what it shows."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from atalaia.systems.grafana import left_over, values
from atalaia.systems.grafana.document import page
from atalaia.systems.prometheus.promql import examine, parse
from tests.support.deployed import DASHBOARDS, DEPLOY, STACKS, Deployed, Known, dashboards, queries, rules

ROOT = DEPLOY.parent
ALL = dashboards()
TYPES = {"timeseries", "stat", "gauge", "bargauge", "table"}
UNITS = {
    "none", "short", "percent", "percentunit", "reqps", "ops", "cpm", "s", "ms", "dtdurations", "bytes",
    "Bps",
}  # fmt: skip
"""Grafana's names of units that are used here (packages/grafana-data/src/valueFormats/categories.ts)."""

each = pytest.mark.parametrize("deployed", ALL, ids=lambda deployed: deployed.name)


@cache
def known(folder: str) -> Known:
    return Known(folder)


def panel_models(deployed: Deployed) -> list[dict]:  # type: ignore[type-arg]
    return [panel for panel in deployed.model["panels"] if panel["type"] != "row"]


class TestTheSeedsDashboards:
    """What the documents ask for is there, under the documents' names."""

    @pytest.mark.parametrize("stack", ["atendeai", "neo-stack", "faciliauto"])
    def test_those_that_the_shipped_environment_declares(self, stack: str) -> None:
        environment = yaml.safe_load((ROOT / "environments" / f"{stack}.yml").read_text())
        there = {one.dashboard.title for one in ALL if one.folder == stack}
        assert set(environment["grafana"]["dashboards"]) <= there

    def test_all_of_them(self) -> None:
        assert {one.dashboard.title for one in ALL} == {
            "AtendeAI Overview", "Service Health", "Performance Metrics", "Business Metrics",
            "AtendeAI - Clínica",
            "Platform Overview", "API Gateway Dashboard", "Auth Service Dashboard",
            "Tenant Manager Dashboard", "Infrastructure Dashboard",
            "FacilIAuto - Overview", "FacilIAuto - Business Metrics", "FacilIAuto - Performance",
            "Synthetic probes", "SLO and error budget", "Load tests",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("title", "panels"),
        [
            ("AtendeAI Overview",
             {"Status of the services", "HTTP request rate", "Response time, 95th percentile",
              "Error rate (5xx)"}),
            ("Service Health", {"Health checks: services", "Uptime", "Restarts", "PostgreSQL and Redis"}),
            ("Performance Metrics",
             {"Throughput", "Latency: distribution", "Queue at HAProxy", "CPU of the services",
              "Memory of the services", "Host: CPU, memory, disk"}),
            ("Business Metrics",
             {"Appointments", "Conversations", "WhatsApp messages an hour", "User activity"}),
            ("AtendeAI - Clínica", {"CPU Usage", "Memory Usage", "Response Time"}),
            ("Platform Overview",
             {"System health", "Service status", "Request rates", "Error rates", "Response times"}),
            ("API Gateway Dashboard",
             {"Request metrics", "Rate limiting", "Latency P50, P95, P99", "Error rates", "Top endpoints"}),
            ("Auth Service Dashboard",
             {"Login success and failure", "Token generation", "Active sessions", "MFA usage",
              "LDAP sync status"}),
            ("Tenant Manager Dashboard",
             {"Tenant creation rate", "Active tenants", "Resource usage", "Database connections",
              "Query performance: rows"}),
            ("Infrastructure Dashboard",
             {"CPU usage", "Memory usage", "Disk I/O", "Network I/O", "CPU by container"}),
            ("FacilIAuto - Overview",
             {"Status", "Uptime", "RPS", "Latency (P95)", "Error rate", "CPU usage", "Request rate",
              "Response time", "Resource usage"}),
            ("FacilIAuto - Business Metrics",
             {"Recommendations", "Average score", "CTR WhatsApp", "Diversity", "Leads",
              "Recommendations a day", "CTR trend", "Score distribution"}),
            ("FacilIAuto - Performance", {"P50", "P95", "P99", "P95 by endpoint", "CPU", "Memory", "Disk"}),
        ],
    )  # fmt: skip
    def test_with_the_panels_that_they_list(self, title: str, panels: set[str]) -> None:
        (found,) = [one.dashboard for one in ALL if one.dashboard.title == title]
        assert panels <= {panel.title for panel in found.panels}


class TestEveryQuery:
    @each
    def test_names_metrics_and_labels_that_exist(self, deployed: Deployed) -> None:
        """Also: both sides of an operator have labels to match by, and a sum's labels are there."""
        wrong = [
            f"{panel.title} {query.ref}: {problem}"
            for panel, query, text in queries(deployed)
            for problem in examine(parse(text), known(deployed.folder)).problems
        ]
        assert wrong == []

    @each
    def test_has_a_legend_of_labels_that_its_result_has(self, deployed: Deployed) -> None:
        wrong = []
        for panel, query, text in queries(deployed):
            labels = examine(parse(text), known(deployed.folder)).labels or frozenset()
            named = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", query.legend))
            if named - labels or (panel.type != "table" and not query.legend):
                wrong.append(f"{panel.title} {query.ref}: {query.legend!r} of {sorted(labels)}")
        assert wrong == []

    @each
    def test_leaves_no_variable_without_a_value(self, deployed: Deployed) -> None:
        """What was exported for others keeps ${DS_PROMETHEUS}, which provisioning never fills in."""
        given = values(deployed.dashboard)
        texts = [query.expression for panel in deployed.dashboard.panels for query in panel.queries]
        texts += [variable.query for variable in deployed.dashboard.variables]
        assert [name for text in texts for name in left_over(text, given)] == []
        assert "${DS_" not in deployed.path.read_text()
        assert not {"__inputs", "__requires", "__elements"} & deployed.model.keys()

    @each
    def test_asks_the_provisioned_data_source(self, deployed: Deployed) -> None:
        file = DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml"
        (source,) = yaml.safe_load(file.read_text())["datasources"]
        used = {query.datasource for panel in deployed.dashboard.panels for query in panel.queries}
        used |= {v["datasource"]["uid"] for v in deployed.model["templating"]["list"] if v["type"] == "query"}
        assert used == {source["uid"]}

    @each
    def test_takes_rates_over_what_is_shown(self, deployed: Deployed) -> None:
        """A fixed window either misses the scrapes of a short zoom or hides what happened in a long one."""
        ranges = {
            found
            for panel in deployed.dashboard.panels
            for query in panel.queries
            for found in re.findall(r"\b(?:rate|irate)\([^\[]*\[([^\]]+)\]", query.expression)
        }
        assert ranges <= {"$__rate_interval", "$__range"}

    @each
    def test_a_variable_asks_for_labels_that_exist(self, deployed: Deployed) -> None:
        wrong = []
        for variable in deployed.dashboard.variables:
            if variable.type == "query":
                asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable.query)
                assert asked, variable
                found = examine(parse(asked[1]), known(deployed.folder))
                wrong += [*found.problems, *({asked[2]} - (found.labels or frozenset()))]
        assert wrong == []
        used = " ".join(q.expression for p in deployed.dashboard.panels for q in p.queries)
        used += " ".join(v.query for v in deployed.dashboard.variables)
        assert [v.name for v in deployed.dashboard.variables if f"${v.name}" not in used] == []


class TestEveryPanel:
    @each
    def test_says_what_it_means_in_which_unit(self, deployed: Deployed) -> None:
        for panel in deployed.dashboard.panels:
            assert panel.type in TYPES, panel.title
            assert panel.unit in UNITS, panel.title
            assert len(panel.description) > 20, panel.title
            assert panel.queries, panel.title
            assert all(query.expression for query in panel.queries), panel.title

    @each
    def test_leads_to_runbooks_of_alerts_of_its_stack(self, deployed: Deployed) -> None:
        there = {rule["annotations"]["runbook_url"] for rule in rules(deployed.folder) if "alert" in rule}
        for panel in deployed.dashboard.panels:
            for runbook in re.findall(r"docs/runbooks/\w+\.md", panel.description):
                assert runbook in there, f"{panel.title}: {runbook}"
                assert (ROOT / runbook).is_file(), f"{panel.title}: {runbook}"

    @each
    def test_has_a_number_and_a_place_of_its_own(self, deployed: Deployed) -> None:
        panels = deployed.model["panels"]
        assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
        cells: Counter[tuple[int, int]] = Counter()
        for panel in panels:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, panel["title"]
            cells.update(
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            )
        assert [cell for cell, count in cells.items() if count > 1] == []
        order = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in panels]
        assert order == sorted(order)

    @each
    def test_has_a_title_of_its_own(self, deployed: Deployed) -> None:
        """A finding names a panel by it."""
        titles = Counter(panel["title"] for panel in panel_models(deployed))
        assert [title for title, count in titles.items() if count > 1 or not title] == []

    @each
    def test_thresholds_rise_from_a_base(self, deployed: Deployed) -> None:
        for panel in panel_models(deployed):
            steps = panel["fieldConfig"]["defaults"].get("thresholds", {"steps": [{"value": None}]})["steps"]
            first, *rest = [step["value"] for step in steps]
            assert first is None, panel["title"]
            assert rest == sorted(set(rest)), panel["title"]


class TestFiles:
    def test_uids_and_titles_are_nobody_elses(self) -> None:
        for what in (lambda one: one.dashboard.uid, lambda one: one.dashboard.title):
            counted = Counter(map(what, ALL))
            assert [name for name, count in counted.items() if count > 1 or not name] == []
        assert all(re.fullmatch(r"[a-z0-9-]{1,40}", one.dashboard.uid) for one in ALL)

    @each
    def test_are_of_grafana_10_and_readable(self, deployed: Deployed) -> None:
        text = deployed.path.read_text()
        assert deployed.model["schemaVersion"] == 39
        assert "id" not in deployed.model  # Grafana gives one
        assert text.endswith("}\n")
        assert "\t" not in text
        keys = list(deployed.model)
        assert (keys[:2], keys[-1]) == (["uid", "title"], "panels")
        assert json.loads(text) == deployed.model

    def test_the_page_of_them_is_up_to_date(self) -> None:
        assert (ROOT / "docs" / "dashboards.md").read_text() == page(DASHBOARDS), (
            "python -m atalaia.systems.grafana.document deploy/grafana/dashboards > docs/dashboards.md"
        )

    def test_every_folder_is_provisioned_and_every_stack_has_one(self) -> None:
        file = DEPLOY / "grafana" / "provisioning" / "dashboards" / "atalaia.yaml"
        providers = yaml.safe_load(file.read_text())["providers"]
        folders = {Path(provider["options"]["path"]).name for provider in providers}
        assert folders == STACKS.keys() == {path.name for path in DASHBOARDS.iterdir()}

"""The lists in deploy/metrics: where each name comes from, and that rules and panels need nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atalaia.errors import UsageError
from atalaia.systems.prometheus.metric_list import load
from atalaia.systems.prometheus.promql import examine, parse, selectors
from tests.support.deployed import DEPLOY, STACKS, Known, dashboards, metric_lists, queries, rules

FILES = sorted((DEPLOY / "metrics").glob("*.yml"))
PUBLISHED = ("https://", "Prometheus", "Alertmanager", "Atalaia")
"""How what an exporter says of itself begins: its documentation, or the program and its version."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_name_cites_a_line_of_a_document_or_an_exporters_documentation(path: Path) -> None:
    listed = load(path)
    wrong = []
    for name, metric in listed.metrics.items():
        for source in re.split(r", (?=\w+:)", metric.source):
            document, line = re.fullmatch(r"(\w+)(?::(\d+))?(?:, .+)?", source).groups()
            known = listed.documents.get(document)
            published = (known or "").startswith(PUBLISHED)
            if not known or not (line or published):
                wrong.append(f"{name}: {source}")
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_names_are_of_their_kind(path: Path) -> None:
    """Counters end in _total, but for those whose exporter or document says otherwise."""
    odd = {
        "kong_bandwidth_bytes", "kong_nginx_connections_total", "kong_nginx_requests_total", "cars_total",
        "tenant_manager_tenants_created",
    }  # fmt: skip
    for name, metric in load(path).metrics.items():
        if name not in odd and not name.startswith("pg_stat_database_"):
            assert (metric.kind == "counter") == name.endswith("_total"), name


def test_the_rules_that_the_sandbox_loads_name_only_metrics_and_labels_that_exist() -> None:
    known = Known("atendeai")
    wrong = [
        f"{rule.get('record') or rule.get('alert')}: {problem}"
        for rule in rules("atendeai")
        for problem in examine(parse(rule["expr"]), known).problems
    ]
    assert wrong == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_metric_of_a_rule_is_in_some_stacks_list(stack: str) -> None:
    """Shared rules name what only some of the stacks have."""
    known = [Known(folder) for folder in STACKS]
    named = {s.name for rule in rules(stack) for s in selectors(parse(rule["expr"])) if s.name}
    assert {name for name in named if all(one(name) is None for one in known)} == set()


def test_nothing_is_listed_that_neither_a_panel_nor_a_rule_asks_for() -> None:
    """But for what the documents ask for by name: a list that only grows is no list."""
    asked = {s.name for one in dashboards() for _, _, text in queries(one) for s in selectors(parse(text))}
    asked |= {s.name for stack in STACKS for rule in rules(stack) for s in selectors(parse(rule["expr"]))}
    stems = {re.sub("_(bucket|sum|count)$", "", name or "") for name in asked} | asked
    unused = {
        name
        for stack in STACKS
        for listed in metric_lists(stack)
        for name, metric in listed.metrics.items()
        if name not in stems and not re.search(r":\d", metric.source)
    }
    assert unused == set()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("metrics: [", "cannot be read"),
        ("documents: {}\nmetrics: {up: {kind: number, labels: [], source: x}}", "metrics.up.kind"),
        ("documents: {}\nmetrics: {up: {kind: gauge, source: x}}", "metrics.up.labels"),
    ],
)
def test_a_bad_list_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "list.yml"
    file.write_text(text)
    with pytest.raises(UsageError, match=says):
        load(file)


def test_a_histogram_is_known_by_its_series_and_not_by_its_name() -> None:
    listed = load(DEPLOY / "metrics" / "atendeai.yml")
    assert listed.labels("http_request_duration_seconds") is None
    buckets = listed.labels("http_request_duration_seconds_bucket")
    counts = listed.labels("http_request_duration_seconds_count")
    assert buckets is not None
    assert counts is not None
    assert buckets - counts == {"le"}
    assert listed.labels("nothing_like_it") is None

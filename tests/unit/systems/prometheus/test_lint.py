"""Names, by promlint's rules; tests/sandbox/test_metrics_pages.py holds them against promtool itself."""

from __future__ import annotations

import pytest

from atalaia.systems.prometheus.exposition import read
from atalaia.systems.prometheus.lint import Rule, lint
from atalaia.systems.prometheus.vendors import ALLOWED, named_by_design


def problems(name: str, kind: str, labels: str = ""):
    sample = f"{name}_sum{labels} 1" if kind in {"histogram", "summary"} else f"{name}{labels} 1"
    return lint(read(f"# HELP {name} Something\n# TYPE {name} {kind}\n{sample}\n".encode()))


@pytest.mark.parametrize(
    ("name", "kind", "labels", "rule"),
    [
        ("jobs", "counter", "", Rule.TOTAL),
        ("jobs_total", "gauge", "", Rule.NOT_TOTAL),
        ("took_milliseconds", "gauge", "", Rule.UNIT),
        ("age_days", "gauge", "", Rule.UNIT),
        ("took_ms", "gauge", "", Rule.ABBREVIATION),
        ("took_s_total", "counter", "", Rule.ABBREVIATION),
        ("queueDepth", "gauge", "", Rule.CAMEL_CASE),
        ("queue", "gauge", '{queueName="a"}', Rule.CAMEL_CASE),
        ("queue_gauge", "gauge", "", Rule.TYPE_IN_NAME),
        ("job:rate", "gauge", "", Rule.COLON),
        ("jobs_count", "gauge", "", Rule.RESERVED),
        ("jobs_bucket", "gauge", "", Rule.RESERVED),
        ("jobs", "gauge", '{le="1"}', Rule.RESERVED),
        ("jobs", "gauge", '{quantile="1"}', Rule.RESERVED),
    ],
)
def test_names_that_mislead(name, kind, labels, rule):
    (problem,) = problems(name, kind, labels)
    assert (problem.metric, problem.rule, problem.line) == (name, rule, 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("http_requests_total", "counter"), ("took_seconds", "histogram"), ("queue_bytes", "gauge"),
        ("thermometers", "gauge"), ("http_requests_in_flight", "gauge"), ("jobs_total", "untyped"),
        ("temperature_celsius", "gauge"),
    ],
)  # fmt: skip
def test_names_that_do_not(name, kind):
    assert problems(name, kind) == ()


def test_every_metric_has_a_help():
    (problem,) = lint(read(b"up 1\n"))
    assert problem.rule is Rule.HELP


def test_in_openmetrics_a_counter_is_named_without_total():
    body = b"# HELP jobs J\n# TYPE jobs counter\njobs_total 1\n# EOF\n"
    assert lint(read(body, openmetrics=True)) == ()


def test_what_a_vendor_may_a_service_may_not():
    assert named_by_design("kong", Rule.ABBREVIATION, "kong_request_latency_ms")
    assert not named_by_design("service", Rule.ABBREVIATION, "kong_request_latency_ms")
    assert not named_by_design("kong", Rule.ABBREVIATION, "my_latency_ms")


def test_every_exception_says_where_it_is_decided():
    assert all(":" in each.source and any(map(str.isdigit, each.source)) for each in ALLOWED)

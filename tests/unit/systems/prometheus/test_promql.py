"""Expressions are read as Prometheus reads them (held against promtool in tests/sandbox/test_promql.py)."""

from __future__ import annotations

import pytest

from atalaia.systems.prometheus.promql import NotPromQL, Selector, examine, parse, selectors
from atalaia.systems.prometheus.promql.meaning import comparisons, same
from atalaia.systems.prometheus.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Matcher,
    Moved,
    Negative,
    Number,
    Range,
    Text,
)
from tests.support.promql import BAD, GOOD

METRICS = {
    "up": {"job", "instance"},
    "http_requests_total": {"job", "instance", "service", "status", "method"},
    "http_request_duration_seconds_bucket": {"job", "instance", "service", "le"},
    "service_info": {"job", "instance", "service", "version"},
    "pg_stat_database_numbackends": {"job", "instance", "datname"},
    "pg_settings_max_connections": {"job", "instance"},
}


def known(name: str) -> frozenset[str] | None:
    labels = METRICS.get(name)
    return None if labels is None else frozenset(labels)


@pytest.mark.parametrize("text", GOOD)
def test_what_prometheus_takes_is_read(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("text", BAD)
def test_what_prometheus_refuses_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(NotPromQL, match="at character") as refused:
        parse(text)
    assert 0 <= refused.value.position <= len(text)


def test_operators_bind_as_prometheus_documents_it() -> None:
    a, b, c = Selector("a"), Selector("b"), Selector("c")
    assert parse("a + b * c") == Binary("+", a, Binary("*", b, c))
    assert parse("a - b - c") == Binary("-", Binary("-", a, b), c)
    assert parse("a ^ b ^ c") == Binary("^", a, Binary("^", b, c))
    assert parse("-a ^ b") == Negative(Binary("^", a, b))
    assert parse("a or b and c") == Binary("or", a, Binary("and", b, c))
    assert parse("a > b + c") == Binary(">", a, Binary("+", b, c))
    assert parse("(a or b) unless c") == Binary("unless", Binary("or", a, b), c)


def test_each_form_has_its_parts() -> None:
    ranged = Range(Selector("a", (Matcher("x", "=~", "5.."),)), 300)
    moved = Call("rate", (Moved(ranged, 3600, "end()"),))
    assert parse('rate(a{x=~"5.."}[5m] offset 1h @ end())') == moved
    assert parse('rate(a{x=~"5.."}[300s] @ end() offset 60m)') == moved
    assert parse("a offset -1h30m @ 1.5e3") == Moved(Selector("a"), -5400, "1500.000")
    assert parse("max_over_time(a[1h:])") == Call("max_over_time", (Range(Selector("a"), 3600, 0),))
    assert parse("max_over_time(a[1d:5m])") == Call("max_over_time", (Range(Selector("a"), 86400, 300),))
    assert parse("topk by (x) (5, a)") == Aggregation("topk", Selector("a"), ("x",), False, Number("5"))
    assert parse("sum(a) without (x, y,)") == Aggregation("sum", Selector("a"), ("x", "y"), True)
    matched = parse("a * on (x) group_left (y) b")
    assert matched == Binary("*", Selector("a"), Selector("b"), ("x",), None, "left", ("y",))
    assert parse("a == bool 1") == Binary("==", Selector("a"), Number("1"), as_bool=True)
    assert parse("'it\\'s'") == Text("it's")


def test_a_name_in_a_matcher_is_a_name_too() -> None:
    assert list(selectors(parse('{__name__="up", job="x"}'))) == [Selector("up", (Matcher("job", "=", "x"),))]
    assert list(selectors(parse("a / on () b + c"))) == [Selector("a"), Selector("b"), Selector("c")]
    assert [one.name for one in selectors(parse('{__name__=~"up.*"}'))] == [None]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("up", {"job", "instance"}),
        ("sum by (service) (rate(http_requests_total[5m]))", {"service"}),
        ("sum without (instance) (up)", {"job"}),
        ("count(up)", set()),
        ("topk(3, up)", {"job", "instance"}),
        (
            "histogram_quantile(0.9, sum by (le, job) (rate(http_request_duration_seconds_bucket[5m])))",
            {"job"},
        ),
        ("http_requests_total * on (service) group_left (version) sum by (service, version) (service_info)",
         {"job", "instance", "service", "status", "method", "version"}),
        ("pg_stat_database_numbackends / ignoring (datname) group_left pg_settings_max_connections",
         {"job", "instance", "datname"}),
        ("sum by (job) (up) / sum by (job) (up)", {"job"}),
        ('label_replace(up, "host", "$1", "instance", "(.*):.*")', {"job", "instance", "host"}),
        ('count_values by (job) ("version", up)', {"job", "version"}),
        ('absent(up{job="x", instance=~".+"})', {"job"}),
        ("vector(0)", set()),
        ("sum(up) or vector(0)", set()),
        ("up > 0.5", {"job", "instance"}),
    ],
)  # fmt: skip
def test_the_labels_of_a_result_are_known(text: str, labels: set[str]) -> None:
    found = examine(parse(text), known)
    assert found.problems == []
    assert found.labels == labels


def test_a_scalar_has_no_labels() -> None:
    assert examine(parse("time() - 3"), known).labels is None
    assert examine(parse("scalar(up)"), known).labels is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("upp", "no metric upp"),
        ('up{service="x"}', "up has no label service"),
        ("sum by (servcie) (rate(http_requests_total[5m]))", "sum by servcie: no such label there"),
        ("sum without (le) (up)", "sum without le: no such label there"),
        ("sum by (job) (sum by (service) (http_requests_total))", "sum by job: no such label there"),
        ("histogram_quantile(0.9, sum(rate(http_request_duration_seconds_bucket[5m])))",
         "histogram_quantile le: no such label there"),
        ("pg_stat_database_numbackends / pg_settings_max_connections",
         "/ matches nothing: only one side has datname"),
        ("sum by (job) (up) / on (service) sum by (service) (http_requests_total)",
         "/ on, left of it, service: no such label there"),
        ("up * on (job) group_left (version) sum by (job) (service_info)",
         "group_left version: no such label there"),
        ("up / ignoring (nothing) up", "/ ignoring nothing: no such label there"),
    ],
)  # fmt: skip
def test_what_can_only_be_empty_is_said(text: str, problem: str) -> None:
    assert examine(parse(text), known).problems == [problem]


def test_a_selector_without_a_name_may_have_any_label() -> None:
    assert examine(parse('sum by (whatever) ({job=~".+"} / up)'), known).problems == []


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("sum(up) by (job)", "sum by (job) (up)"),
        ("up > 0.90", "up > 0.9"),
        ("rate(up[60m])", "rate(up[1h])"),
        ("a / on (x) group_left b", "a / on (x) group_left () b"),
        ("up{job='a',}", 'up{job="a"}'),
        ("(up)", "up"),
        ('up{job="a", instance!="b"}', 'up{instance!="b",job="a"}'),
        ("up offset 1h @ 5", "up @ 5.000 offset 1h"),
    ],
)
def test_what_prometheus_prints_anew_means_the_same(written: str, printed: str) -> None:
    assert same(written, printed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rate(up[5m])", "rate(up[10m])"),
        ("up offset 5m", "up"),
        ("a == bool 1", "a == 1"),
        ("-a", "a"),
        ("a > 5", "a > 0.05"),
        ("sum by (x) (a)", "sum without (x) (a)"),
        ("max_over_time(a[1h:5m])", "max_over_time(a[1h:1m])"),
        ("a and b or c", "a and (b or c)"),
        ("up @ start()", "up @ end()"),
    ],
)
def test_what_differs_in_meaning_is_not_the_same(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a > 0.05", ["> 0.05"]),
        ("0.05 < a", ["> 0.05"]),
        ("a < 100 and a offset 1w >= 100", ["< 100", ">= 100"]),
        ("a > -1", ["> -1"]),
        ("a / b > (1 - 0.999) * 10", ["> 0.01"]),
        ("a > b", []),
        ("count(a == 0) == count(a)", ["== 0"]),
    ],
)
def test_comparisons_with_numbers_are_found(text: str, found: list[str]) -> None:
    assert [str(one) for one in comparisons(parse(text))] == found

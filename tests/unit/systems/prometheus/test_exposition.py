"""Reading pages of metrics: what Prometheus refuses, and what parsers let pass."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.systems.prometheus.exposition import FlawKind, Sample, read

REFUSED, MALFORMED, DUPLICATE = FlawKind.REFUSED, FlawKind.MALFORMED, FlawKind.DUPLICATE
HISTOGRAM, VALUE = FlawKind.HISTOGRAM, FlawKind.VALUE
DATA = Path(__file__).parents[3] / "data" / "metrics-pages"
GOOD = b"""# HELP jobs_done_total Jobs that are done
# TYPE jobs_done_total counter
jobs_done_total{queue="mail",said="a \\"b\\" \\\\ c\\nd"} 3
jobs_done_total{queue="sms",} 1.5e3 1700000000000
# HELP took_seconds Time taken
# TYPE took_seconds histogram
took_seconds_bucket{le="0.1"} 1
took_seconds_bucket{le="1"} 2
took_seconds_bucket{le="+Inf"} 2
took_seconds_sum 0.7
took_seconds_count 2
# a comment, and an empty line

# TYPE size summary
size{quantile="0.5"} NaN
size_sum 0
size_count 0
bare -Inf
"""


def flaws(body: bytes, **how: bool) -> list[tuple[FlawKind, int]]:
    return [(flaw.kind, flaw.line) for flaw in read(body, **how).flaws]


def test_a_good_page_is_read_whole():
    page = read(GOOD)
    assert page.flaws == ()
    assert page.samples[0] == Sample(
        "jobs_done_total", (("queue", "mail"), ("said", 'a "b" \\ c\nd')), 3.0, 3
    )
    assert {family.name: family.kind for family in page.families.values()} == {
        "jobs_done_total": "counter",
        "took_seconds": "histogram",
        "size": "summary",
        "bare": "untyped",
    }
    assert page.families["took_seconds"].help == "Time taken"
    assert len(page.families["took_seconds"].samples) == 5
    assert page.samples[-1].value == -math.inf


def test_the_labels_of_a_metric_are_known_by_its_own_name_too():
    assert frozenset({"le"}) in read(GOOD).labels["took_seconds"]
    assert read(GOOD).labels["jobs_done_total"] == [frozenset({"queue", "said"}), frozenset({"queue"})]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"jobs-done 1", "a sign that no name may have"),
        (b"1st 1", "begins with a digit"),
        (b"jobs", "has no value"),
        (b"jobs 1,5", "is no number"),
        (b"jobs 0x10", "is no number"),
        (b"jobs 1_000", "is no number"),
        (b"jobs 1e999", "is no number"),
        (b"jobs +NaN", "is no number"),
        (b"jobs 1 soon", "something else than a timestamp"),
        (b"jobs 1 1.5", "something else than a timestamp"),
        (b"jobs 1 2 3", "something else than a timestamp"),
        (b'jobs{a="b" 1', "do not end"),
        (b"jobs{a=b} 1", "not name="),
        (b"jobs{a='b'} 1", "not name="),
        (b'jobs{a-b="c"} 1', "a label whose name is none"),
        (b'jobs{="c"} 1', "a label without a name"),
        (b'jobs{a="b",a="c"} 1', "the label a twice"),
        (b'jobs{city="S\xe3o"} 1', "not UTF-8"),
        (b"# TYPE jobs kounter", "unknown type"),
        (b"# TYPE jobs  counter", "unknown type"),
        (b"# TYPE 1 counter", "without a name"),
        (b"# HELP -x y", "without a name"),
        (b"# HELP jobs S\xe3o", "not UTF-8"),
        (b"jobs 1 -5", "something else than a timestamp"),
        (b"\tjobs 1", "white space before a name"),
        (b'jobs{__name__="x"} 1', "__name__"),
        (b"{} 1", "no name"),
        (b"\xef\xbb\xbf# TYPE jobs gauge", "a byte order mark"),
        (b"\xef\xbb\xbfjobs 1", "a byte order mark"),
    ],
)
def test_what_prometheus_refuses_is_told_with_its_line(line, why):
    (flaw,) = read(b"up 1\n" + line + b"\n").flaws
    assert (flaw.kind, flaw.line) == (REFUSED, 2)
    assert why in flaw.what


@pytest.mark.parametrize(
    "line",
    [
        b"jobs +Inf", b"jobs inf", b"jobs nan", b"jobs .5", b"jobs 5.", b"jobs\t1", b'jobs {a="}"} 1',
        b'jobs{a="b"}1', b"#HELP is a comment", b"# TYPED", b"#", b"jobs -1 5", b'jobs{ a = "b" , } 1',
        'jobs{a="\u2028ü"} 1'.encode(),
    ],
)  # fmt: skip
def test_what_prometheus_takes_is_no_flaw(line):
    assert flaws(b"up 1\n" + line + b"\n") == []


def test_lines_that_end_with_crlf_are_one_flaw():
    page = read(GOOD.replace(b"\n", b"\r\n"))
    assert [(flaw.kind, flaw.line) for flaw in page.flaws] == [(REFUSED, 2)]
    assert "18 lines end with CR LF" in page.flaws[0].what
    assert len(page.samples) == len(read(GOOD).samples)


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        (b"up 1", 1, "does not end with LF"),
        (b"# TYPE up gauge\n# TYPE up gauge\nup 1\n", 2, "second TYPE"),
        (b"# TYPE up gauge\n# TYPE up counter\nup 1\n", 2, "second TYPE"),
        (b"# HELP up a\n# HELP up b\nup 1\n", 2, "second HELP"),
        (b"up 1\n# TYPE up gauge\n", 2, "comes after its samples"),
        (b'up{a="1"} 1\nother 1\nup{a="2"} 1\n', 3, "stand apart"),
        (b"up 1\n# HELP\n", 2, "without a name"),
        (b"# HELP a\xe3 b\nup 1\n", 1, "without a name"),
    ],
)
def test_what_parsers_let_pass_is_malformed(body, line, why):
    (flaw,) = read(body).flaws
    assert (flaw.kind, flaw.line) == (MALFORMED, line)
    assert why in flaw.what


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        (b"# HELP up a\r\nup 1\n", 1, "1 lines end with CR LF"),
        (b"up 1\n\0\n", 2, "a NUL byte"),
        (b'up{a="1",b="x\ny"} 1\n', 1, "a line feed"),
        (b'up{a="1"b="2"} 1\n', 1, "without a comma"),
        (b'up{a="\\t"} 1\n', 1, "an escape"),
    ],
)
def test_odd_signs_are_no_matter_of_order(body, line, why):
    (flaw,) = read(body).flaws
    assert (flaw.kind, flaw.line) == (FlawKind.ODD_SIGNS, line)
    assert why in flaw.what


def test_a_sample_may_bring_its_time():
    text = read(b"a 1 1700000000500\nb 1\n").samples
    assert [sample.at for sample in text] == [1700000000.5, None]
    assert [sample.at for sample in read(b"a 1 1700000000.5\n# EOF\n", openmetrics=True).samples] == [
        1700000000.5
    ]


def test_a_metric_that_is_scattered_is_told_once():
    assert flaws(b"a 1\nb 1\n" * 20).count((MALFORMED, 3)) == 1


def test_a_series_twice_is_told_without_its_secret():
    body = b'up{a="1",token="f9e8d7c6b5a4f3e2d1c0"} 1\n'
    (flaw,) = read(body + body).flaws
    assert (flaw.kind, flaw.line) == (DUPLICATE, 2)
    assert str(flaw) == 'line 2: up{a="1",token="…"} is there twice'


def test_the_order_of_labels_makes_no_other_series():
    assert flaws(b'up{a="1",b="2"} 1\nup{b="2",a="1"} 1\n') == [(DUPLICATE, 2)]


BUCKETS = b"# TYPE t histogram\n"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b't_bucket{le="1"} 1\nt_sum 1\nt_count 1\n', 'lacks the bucket le="+Inf"'),
        (b't_bucket{le="1"} 2\nt_bucket{le="+Inf"} 1\nt_sum 1\nt_count 1\n', "decreases: 2 up to 1, 1 up to"),
        (b't_bucket{le="1"} NaN\nt_bucket{le="+Inf"} 1\nt_sum 1\nt_count 1\n', "decreases"),
        (b't_bucket{le="+Inf"} 1\nt_sum 1\nt_count 2\n', 'counts 2 in _count and 1 in le="+Inf"'),
        (b't_bucket{le="+Inf"} 1\nt_count 1\n', "has no _sum"),
        (b't_bucket{le="+Inf"} 1\nt_sum 1\n', "has no _count"),
        (b't_bucket{le="+Inf"} 1\nt_bucket{le="much"} 1\nt_sum 1\nt_count 1\n', "whose le is no number"),
        (b't_bucket 1\nt_bucket{le="+Inf"} 1\nt_sum 1\nt_count 1\n', "whose le is no number"),
        (b"t_sum 1\nt_count 1\n", "has no buckets"),
        (
            b't_bucket{le="1"} 5\nt_bucket{le="1.0"} 3\nt_bucket{le="+Inf"} 5\nt_sum 1\nt_count 5\n',
            'has one bucket twice: le="1" and le="1.0"',
        ),
    ],
)  # fmt: skip
def test_histograms_that_no_quantile_can_be_read_of(body, why):
    (flaw,) = read(BUCKETS + body).flaws
    assert flaw.kind is HISTOGRAM
    assert why in flaw.what


def test_buckets_may_come_in_any_order_and_each_group_is_judged_by_itself():
    body = (
        BUCKETS + b't_bucket{le="+Inf",r="a"} 3\nt_bucket{le="1",r="a"} 2\nt_sum{r="a"} 1\nt_count{r="a"} 3\n'
    )
    assert flaws(body) == []
    assert flaws(body + b't_bucket{le="1",r="b"} 1\nt_sum{r="b"} 1\nt_count{r="b"} 1\n') == [(HISTOGRAM, 6)]


@pytest.mark.parametrize("value", [b"-1", b"NaN", b"-Inf"])
def test_a_counter_cannot_be_negative_or_no_number(value):
    assert flaws(b"# TYPE c_total counter\nc_total " + value + b"\n") == [(VALUE, 2)]
    assert flaws(b"# TYPE c_total gauge\nc_total " + value + b"\n") == []


def test_a_quantile_is_a_share():
    assert flaws(b'# TYPE s summary\ns{quantile="99"} 1\ns_sum 1\ns_count 1\n') == [(HISTOGRAM, 2)]


OPENMETRICS = b"""# TYPE jobs_done counter
# UNIT jobs_done jobs
# HELP jobs_done Jobs
jobs_done_total{queue="a"} 3.0 1700000000.5 # {trace="x"} 1.0 1700000000.1
jobs_done_created{queue="a"} 1.7e9
# TYPE build info
build_info{version="1"} 1
# EOF
"""


def test_openmetrics_is_read_too():
    page = read(OPENMETRICS, openmetrics=True)
    assert page.flaws == ()
    assert page.families["jobs_done"].kind == "counter"
    assert [sample.name for sample in page.families["jobs_done"].samples] == [
        "jobs_done_total",
        "jobs_done_created",
    ]
    assert "jobs_done_total" in page.labels


def test_openmetrics_without_its_end_may_have_been_cut():
    assert flaws(OPENMETRICS.removesuffix(b"# EOF\n"), openmetrics=True) == [(REFUSED, 7)]


@pytest.mark.parametrize("name", ["auth-service", "haproxy-exporter", "postgres-exporter", "node-exporter"])
def test_recorded_pages_have_no_flaw_but_what_their_vendors_mean(name):
    page = read((DATA / f"{name}.txt").read_bytes())
    assert len(page.samples) >= 10
    assert all(
        math.isnan(sample.value) for sample in page.samples for flaw in page.flaws if flaw.line == sample.line
    )
    assert {flaw.kind for flaw in page.flaws} <= {VALUE}


def test_a_page_that_is_cut_is_told():
    body = (DATA / "auth-service.txt").read_bytes()
    assert all(read(body[:-cut]).flaws for cut in (1, 2, 5))


def test_there_is_an_end_to_flaws():
    assert len(read(b"jobs-done 1\n" * 5000).flaws) == 200


def test_a_long_bad_line_takes_no_time():
    for start in (b"x{", b'x{a="', b'x{a="b",', b"x ", b'x{a="\\'):
        for filler in (b'"', b"{", b"\\", b'a="', b" "):
            read(start + filler * 50_000)


@given(st.binary(max_size=300))
def test_no_bytes_raise(body):
    read(body)
    read(body, openmetrics=True)


LINES = st.sampled_from(
    GOOD.split(b"\n") + OPENMETRICS.split(b"\n") + [b"\0", b"\r", b'up{a="', b"# TYPE jobs gauge"]
)


@given(st.lists(LINES, max_size=30))
def test_no_lines_raise(lines):
    page = read(b"\n".join(lines))
    assert all(flaw.line >= 1 for flaw in page.flaws)

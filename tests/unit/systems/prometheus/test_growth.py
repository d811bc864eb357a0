"""Counters that fell between two looks, and servers that were started anew."""

from __future__ import annotations

from atalaia.systems.prometheus.exposition import read
from atalaia.systems.prometheus.growth import fallen, started_anew

TYPES = b"# TYPE a_total counter\n# TYPE g gauge\n# TYPE t histogram\n"


def page(a: float, g: float, t: float, start: float | None = None):
    started = b"" if start is None else b"process_start_time_seconds %f\n" % start
    body = TYPES + b'a_total{x="1"} %f\ng %f\nt_bucket{le="+Inf"} %f\nt_sum 1\nt_count %f\n' % (a, g, t, t)
    return read(body + started)


def test_what_grows_or_is_a_gauge_has_not_fallen():
    assert fallen(page(1, 5, 1), page(1, 3, 2)) == []


def test_a_counter_and_a_histograms_counts_have():
    falls = fallen(page(3, 1, 2), page(1, 1, 1))
    assert [str(fall) for fall in falls] == [
        'a_total{x="1"} fell from 3 to 1',
        't_bucket{le="+Inf"} fell from 2 to 1',
        "t_count fell from 2 to 1",
    ]


def test_a_series_that_is_gone_has_not_fallen():
    assert fallen(page(3, 1, 2), read(b"up 1\n")) == []


def test_a_later_start_is_a_restart():
    assert started_anew(page(3, 1, 2, 100), page(1, 1, 1, 200))
    assert not started_anew(page(3, 1, 2, 100), page(1, 1, 1, 100))
    assert not started_anew(page(3, 1, 2, 200), page(1, 1, 1, 100))


def test_without_its_word_it_is_one_where_everything_fell():
    assert started_anew(page(3, 1, 2), page(0, 1, 1))
    assert not started_anew(page(3, 1, 2), page(1, 1, 3))

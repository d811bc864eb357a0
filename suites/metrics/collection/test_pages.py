"""Pages of metrics: there, readable, true to form, and what they should be."""

from atalaia.checks.metrics.exposition import (
    figures,
    form,
    leaks,
    names,
    owner,
    present,
    redirects,
    required,
    times,
)
from suites.holds import holds


@holds(redirects.SENT_ELSEWHERE)
def test_a_page_is_where_it_is_declared(case, hold):
    hold(case)


@holds(present.MISSING)
def test_who_should_export_metrics_does(case, hold):
    hold(case)


@holds(present.WRONG_CONTENT_TYPE)
def test_a_page_says_in_which_format_it_is(case, hold):
    hold(case)


@holds(present.UNREADABLE)
def test_prometheus_can_read_the_page(case, hold):
    hold(case)


@holds(owner.OTHER_SERVER)
def test_the_page_is_the_servers_own(case, hold):
    hold(case)


@holds(form.MALFORMED)
def test_every_parser_reads_the_same(case, hold):
    hold(case)


@holds(form.DUPLICATE_SERIES)
def test_every_series_is_there_once(case, hold):
    hold(case)


@holds(form.BROKEN_HISTOGRAM)
def test_histograms_add_up(case, hold):
    hold(case)


@holds(form.IMPOSSIBLE_VALUE)
def test_counters_are_numbers_from_0_up(case, hold):
    hold(case)


@holds(figures.COUNTER_FELL)
def test_counters_only_grow(case, hold):
    hold(case)


@holds(figures.TOO_MANY_SERIES)
def test_series_stay_within_their_budget(case, hold):
    hold(case)


@holds(figures.SLOW)
def test_a_page_comes_within_its_time(case, hold):
    hold(case)


@holds(required.MISSING_METRIC)
def test_the_required_metrics_are_exported(case, hold):
    hold(case)


@holds(required.MISSING_LABEL)
def test_the_required_metrics_have_their_labels(case, hold):
    hold(case)


@holds(names.BAD_NAME)
def test_names_follow_the_conventions(case, hold):
    hold(case)


@holds(times.WRONG_TIMESTAMP)
def test_samples_are_of_now(case, hold):
    hold(case)


@holds(leaks.SECRET_SHOWN)
def test_no_secret_is_on_a_page(case, hold):
    hold(case)

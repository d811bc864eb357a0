"""Answers, as browsers hand them to pages or keep them."""

from atalaia.checks.cors import answers, denials, errors, front
from suites.holds import holds


@holds(answers.UNREADABLE)
def test_allowed_pages_read_answers(case, hold):
    hold(case)


@holds(answers.UNEXPOSED)
def test_allowed_pages_read_the_headers_meant_for_them(case, hold):
    hold(case)


@holds(answers.FOREIGN_READS)
def test_foreign_pages_read_nothing(case, hold):
    hold(case)


@holds(answers.VARY_MISSING)
def test_caches_tell_origins_apart(case, hold):
    hold(case)


@holds(errors.UNREADABLE_ERROR)
def test_allowed_pages_read_errors(case, hold):
    hold(case)


@holds(errors.OUTAGE_UNREADABLE)
def test_allowed_pages_read_that_no_server_is_left(case, hold):
    hold(case)


@holds(errors.FOREIGN_READS_ERROR)
def test_foreign_pages_read_no_errors(case, hold):
    hold(case)


@holds(front.FRONT_REFUSES)
def test_what_the_gateway_allows_comes_through_the_front(case, hold):
    hold(case)


@holds(front.FRONT_ALLOWS)
def test_the_front_lets_no_foreign_page_in(case, hold):
    hold(case)


@holds(denials.WRONG_AT_LIMIT)
def test_at_a_limit_allowed_pages_read_the_denial_and_no_others(case, hold):
    hold(case)

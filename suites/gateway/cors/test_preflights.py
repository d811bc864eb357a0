"""Preflights, as browsers send them."""

from atalaia.checks.cors import foreign, preflights, width
from suites.holds import holds


@holds(preflights.PREFLIGHT_REFUSED)
def test_every_route_answers_preflights(case, hold):
    hold(case)


@holds(preflights.SEVERAL)
def test_one_place_says_who_may(case, hold):
    hold(case)


@holds(preflights.REFUSED)
def test_browsers_send_the_requests_of_allowed_pages(case, hold):
    hold(case)


@holds(width.TOO_WIDE)
def test_a_preflight_allows_what_is_declared_and_no_more(case, hold):
    hold(case)


@holds(foreign.ANY_ORIGIN)
def test_a_foreign_origin_never_gets_credentials(case, hold):
    hold(case)


@holds(foreign.FOREIGN_ALLOWED)
def test_an_origin_that_only_looks_like_an_allowed_one_is_foreign(case, hold):
    hold(case)


@holds(foreign.NULL_ALLOWED)
def test_a_sandboxed_frame_is_foreign(case, hold):
    hold(case)


@holds(foreign.PLAINTEXT_ALLOWED)
def test_an_https_origin_does_not_let_its_http_twin_in(case, hold):
    hold(case)

"""Declared routes, and what nobody declared."""

from atalaia.checks.routing import cached, entries, reached, twins, undeclared, unknown
from suites.holds import holds


@holds(entries.NOT_IN_FILE)
def test_a_declared_route_is_configured(case, hold):
    hold(case)


@holds(entries.LEADS_ELSEWHERE)
def test_a_route_leads_to_its_service(case, hold):
    hold(case)


@holds(reached.UNANSWERED)
def test_a_route_answers(case, hold):
    hold(case)


@holds(reached.ANSWERED_BY_ANOTHER)
def test_a_route_is_answered_by_its_service(case, hold):
    hold(case)


@holds(unknown.CATCHES_ALL)
def test_no_route_takes_every_path(case, hold):
    hold(case)


@holds(unknown.UNKNOWN_PATH_ANSWERED)
def test_an_unknown_path_is_kongs_own_404(case, hold):
    hold(case)


@holds(twins.TWIN_UNPROTECTED)
def test_every_route_for_a_declared_path_keeps_what_its_class_promises(case, hold):
    hold(case)


@holds(undeclared.UNDECLARED)
def test_the_gateway_has_no_route_that_is_not_declared(case, hold):
    hold(case)


@holds(cached.CACHED)
def test_no_answer_is_kept_for_another_client(case, hold):
    hold(case)

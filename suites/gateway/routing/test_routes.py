"""Declared routes, and what nobody declared."""

from atalaia.checks.routing import entries, reached, unknown
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

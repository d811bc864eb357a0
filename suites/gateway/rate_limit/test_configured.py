"""Limiters as they are configured, against what their routes' classes declare."""

from atalaia.checks.rate_limits import intent, keys, monitoring
from suites.holds import holds


@holds(intent.ABSENT)
def test_a_route_whose_class_has_a_limit_has_a_limiter(case, hold):
    hold(case)


@holds(intent.HIDDEN)
def test_no_other_limiter_takes_the_place_of_the_one_that_is_meant(case, hold):
    hold(case)


@holds(intent.LIMIT_DIFFERS)
def test_a_limiter_allows_what_the_class_declares(case, hold):
    hold(case)


@holds(keys.KEYED_OTHERWISE)
def test_budgets_belong_to_whom_they_are_meant_for(case, hold):
    hold(case)


@holds(keys.COUNTS_PER_NODE)
def test_the_nodes_count_together(case, hold):
    hold(case)


@holds(keys.STORE_FAILURE)
def test_without_its_store_a_limiter_does_as_declared(case, hold):
    hold(case)


@holds(keys.HEADERS_HIDDEN)
def test_clients_are_told_their_limits(case, hold):
    hold(case)


@holds(keys.ODD_STATUS)
def test_a_denial_is_a_429(case, hold):
    hold(case)


@holds(monitoring.MONITORING_LIMITED)
def test_no_limiter_counts_health_documents(case, hold):
    hold(case)

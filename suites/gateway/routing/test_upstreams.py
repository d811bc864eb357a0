"""What is behind the gateway: waited for, dead, healthy."""

from atalaia.checks.routing import targets, upstreams
from suites.holds import holds


@holds(upstreams.TIMEOUT_TOO_LONG)
def test_no_service_is_waited_for_longer_than_declared(case, hold):
    hold(case)


@holds(upstreams.DEAD_MISANSWERED)
def test_a_dead_upstream_is_told_in_time(case, hold):
    hold(case)


@holds(targets.UNHEALTHY)
def test_every_target_is_healthy(case, hold):
    hold(case)


@holds(targets.UNCHECKED)
def test_every_target_is_checked(case, hold):
    hold(case)


@holds(targets.UNRESOLVED)
def test_every_target_has_an_address(case, hold):
    hold(case)

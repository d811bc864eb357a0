"""What must not be reachable through the public front."""

from atalaia.checks import exposure
from suites.holds import holds


@holds(exposure.ADMIN_API_EXPOSED)
def test_the_admin_api_is_not_reachable_through_the_front(case, hold):
    hold(case)


@holds(exposure.STATS_EXPOSED)
def test_the_statistics_are_not_reachable_through_the_front(case, hold):
    hold(case)


@holds(exposure.PROMETHEUS_EXPOSED)
def test_metrics_are_not_reachable_through_the_front(case, hold):
    hold(case)

"""From a request to a figure on a dashboard, leg by leg (MT02)."""

from atalaia.checks.metrics.loop import counted, told
from suites.holds import holds


@holds(counted.SERVICE)
def test_services_count_every_request(case, hold):
    hold(case)


@holds(counted.GATEWAY_COUNT)
def test_the_gateway_counts_every_request(case, hold):
    hold(case)


@holds(counted.BALANCER_COUNT)
def test_the_load_balancer_counts_every_request(case, hold):
    hold(case)


@holds(told.PROMETHEUS)
def test_prometheus_tells_what_was_counted(case, hold):
    hold(case)


@holds(told.RECORDING)
def test_recording_rules_follow_what_is_counted(case, hold):
    hold(case)


@holds(told.GRAFANA)
def test_grafana_tells_what_prometheus_does(case, hold):
    hold(case)

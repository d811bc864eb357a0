"""The way of an alert from Prometheus to people."""

from atalaia.checks.metrics.alerting import configuration, connection, muted, receivers, routes
from suites.holds import holds


@holds(connection.NOT_CONNECTED)
def test_prometheus_sends_alerts_to_the_alertmanager(case, hold):
    hold(case)


@holds(receivers.RECEIVER_MISSING)
def test_every_declared_receiver_is_there(case, hold):
    hold(case)


@holds(receivers.RECEIVER_EMPTY)
def test_a_receiver_sends_what_it_receives(case, hold):
    hold(case)


@holds(routes.WRONG_RECEIVER)
def test_an_alert_of_a_severity_reaches_its_receivers(case, hold):
    hold(case)


@holds(muted.MUTED)
def test_an_alert_is_heard_at_any_time(case, hold):
    hold(case)


@holds(configuration.DIFFERS)
def test_the_alertmanager_runs_with_its_file(case, hold):
    hold(case)

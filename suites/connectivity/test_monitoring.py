"""Prometheus, Alertmanager, Grafana and the Pushgateway."""

from atalaia.checks import monitoring
from suites.holds import holds


@holds(monitoring.NOT_READY)
def test_a_monitoring_system_is_ready_by_its_own_word(case, hold):
    hold(case)


@holds(monitoring.OTHER_PROGRAM)
def test_no_other_program_answers_for_a_monitoring_system(case, hold):
    hold(case)

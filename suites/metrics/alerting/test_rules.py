"""The rules that Prometheus works with."""

from atalaia.checks.metrics.rules import alerts, evaluation, loaded, names
from suites.holds import holds


@holds(evaluation.FAILING)
def test_every_rule_is_evaluated_and_succeeds(case, hold):
    hold(case)


@holds(loaded.MISSING)
def test_every_rule_of_the_files_is_loaded(case, hold):
    hold(case)


@holds(loaded.UNEXPECTED)
def test_no_other_rules_are_loaded(case, hold):
    hold(case)


@holds(loaded.DIFFERS)
def test_loaded_rules_say_what_their_files_say(case, hold):
    hold(case)


@holds(alerts.ALERT_MISSING)
def test_every_declared_alert_has_a_rule(case, hold):
    hold(case)


@holds(alerts.WRONG_SEVERITY)
def test_an_alert_has_its_severity(case, hold):
    hold(case)


@holds(alerts.WRONG_THRESHOLD)
def test_an_alert_fires_at_its_threshold(case, hold):
    hold(case)


@holds(alerts.WRONG_FOR)
def test_an_alert_waits_as_long_as_it_should(case, hold):
    hold(case)


@holds(names.UNKNOWN_METRIC)
def test_rules_are_about_metrics_that_exist(case, hold):
    hold(case)


@holds(names.UNKNOWN_LABEL)
def test_rules_are_about_labels_that_exist(case, hold):
    hold(case)

"""What people see in Grafana."""

from atalaia.checks.metrics.dashboards import panels, present, queries, sources
from suites.holds import holds


@holds(sources.REFUSED)
def test_grafana_lets_its_declared_user_in(case, hold):
    hold(case)


@holds(sources.SOURCE_MISSING)
def test_every_declared_data_source_is_there(case, hold):
    hold(case)


@holds(sources.SOURCE_BROKEN)
def test_a_data_source_works_and_is_the_stacks(case, hold):
    hold(case)


@holds(present.MISSING)
def test_every_declared_dashboard_is_there(case, hold):
    hold(case)


@holds(present.NOT_PROVISIONED)
def test_a_dashboard_comes_from_a_file(case, hold):
    hold(case)


@holds(present.LEFT_FROM_EXPORT)
def test_a_dashboard_needs_no_import_by_hand(case, hold):
    hold(case)


@holds(panels.UNKNOWN_SOURCE)
def test_panels_ask_data_sources_that_exist(case, hold):
    hold(case)


@holds(panels.UNIT_MISSING)
def test_panels_have_units(case, hold):
    hold(case)


@holds(queries.UNREADABLE_QUERY)
def test_panels_have_queries_that_can_be_read(case, hold):
    hold(case)


@holds(queries.UNKNOWN_METRIC)
def test_panels_ask_for_metrics_that_exist(case, hold):
    hold(case)


@holds(queries.UNKNOWN_LABEL)
def test_panels_ask_for_labels_that_exist(case, hold):
    hold(case)

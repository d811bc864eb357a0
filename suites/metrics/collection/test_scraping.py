"""Prometheus scrapes all of the stack, and nothing else (MT01, MT10)."""

from atalaia.checks.metrics import configuration
from atalaia.checks.metrics.scraping import contradictions, differs, jobs, places, retention, stale, up
from suites.holds import holds


@holds(jobs.UNREADABLE)
def test_prometheus_tells_what_it_scrapes(case, hold):
    hold(case)


@holds(jobs.MISSING)
def test_every_job_is_there_with_all_its_targets(case, hold):
    hold(case)


@holds(jobs.UNEXPECTED)
def test_nothing_is_scraped_that_nobody_declared(case, hold):
    hold(case)


@holds(jobs.NOT_AN_EXPORTER)
def test_stores_are_scraped_by_their_exporters(case, hold):
    hold(case)


@holds(places.OTHER_SERVER)
def test_every_job_scrapes_whom_it_is_named_for(case, hold):
    hold(case)


@holds(places.WRONG_LABEL)
def test_no_scrape_target_has_the_label_of_another_service(case, hold):
    hold(case)


@holds(places.TWICE)
def test_nothing_is_scraped_by_two_jobs(case, hold):
    hold(case)


@holds(up.DOWN)
def test_every_target_is_up(case, hold):
    hold(case)


@holds(stale.STALE)
def test_every_target_is_scraped_often_and_fast_enough(case, hold):
    hold(case)


@holds(retention.WRONG)
def test_samples_are_kept_as_long_as_declared(case, hold):
    hold(case)


@holds(contradictions.UP)
def test_what_prometheus_has_up_answers(case, hold):
    hold(case)


@holds(contradictions.HAPROXY)
def test_haproxys_exporter_tells_what_haproxy_does(case, hold):
    hold(case)


@holds(contradictions.KONG)
def test_kongs_metrics_tell_the_health_that_kong_acts_on(case, hold):
    hold(case)


@holds(differs.JOB_DIFFERS)
def test_a_job_runs_as_its_file_has_it(case, hold):
    hold(case)


@holds(configuration.DIFFERS)
def test_prometheus_runs_with_the_configuration_that_is_meant(case, hold):
    hold(case)

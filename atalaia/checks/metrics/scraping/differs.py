"""Prometheus runs with each job as its file has it (MT10)."""

from __future__ import annotations

from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import unanswered, unreadable
from atalaia.checks.metrics.scraping.as_meant import MeantJob, loaded, meant_file, meant_job
from atalaia.checks.metrics.scraping.jobs import MISSING, NOT_AN_EXPORTER
from atalaia.checks.metrics.scraping.places import WRONG_LABEL, in_its_place
from atalaia.checks.metrics.scraping.scraped import jobs, read, scrape_targets
from atalaia.checks.metrics.scraping.stale import STALE
from atalaia.checks.metrics.scraping.up import DOWN
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.configuration import read_loaded


def _jobs(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return jobs(environment) if meant_file(environment) else NotDeclared("prometheus.config")


def _judge(seen: tuple[Any, ...], expected: MeantJob) -> Verdict:
    exchange: Exchange = seen[1]
    file = expected.file
    assert file is not None, "the check's targets have it"
    promise = f"Prometheus runs with {file.shown}"
    if verdict := unanswered(exchange, promise):
        return verdict
    running = read_loaded(exchange.response.body if exchange.response else b"")
    if isinstance(running, Unreadable):
        return unreadable(running, promise)
    if isinstance(file.configuration, Unreadable):
        return Inconclusive(f"{file.shown} is {file.configuration}")
    found = read(seen)
    if isinstance(found, Inconclusive):
        return found
    # That there are too many scrape targets is told by scrape.target-unexpected.
    too_many = len(found.of(expected.job.name)) > expected.job.targets
    return file.findings(
        each for each in expected.otherwise(exchange) if not (too_many and "static_configs" in each.place)
    )


def _told_by_others(environment: Environment, job: str) -> Needs:
    """What names the difference better: the job is not there, scrapes another, or its target is down."""
    labelled = WRONG_LABEL.targets(environment)
    return all_of(
        ((MISSING, job), (NOT_AN_EXPORTER, job), (DOWN, job), (STALE, job)),
        in_its_place(environment, job),
        ((WRONG_LABEL, job),) if isinstance(labelled, tuple) and job in labelled else (),
    )


JOB_DIFFERS = Check(
    id="scrape.job-differs",
    severity=Severity.MAJOR,
    catches="A job that Prometheus runs with otherwise than its file says: somebody edited another copy, or "
    "Prometheus refused the new file and went on with the old one.",
    remedy="Reload it (SIGHUP, or POST /-/reload), and look at prometheus_config_last_reload_successful.",
    source="MT10; Prometheus, HTTP API, “Config”",
    targets=_jobs,
    observes=lambda environment, target: (scrape_targets(environment), loaded(environment)),
    expects=meant_job,
    requires=_told_by_others,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (JOB_DIFFERS,)

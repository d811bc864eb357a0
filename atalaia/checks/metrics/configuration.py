"""Prometheus runs with the configuration that it is meant to run with (MT10)."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.alerting.connection import NOT_CONNECTED
from atalaia.checks.metrics.asking import ready, unanswered, unreadable
from atalaia.checks.metrics.meant import Meant
from atalaia.checks.metrics.rules.loaded import all_loaded
from atalaia.checks.metrics.scraping import jobs
from atalaia.checks.metrics.scraping.as_meant import loaded, meant_file
from atalaia.checks.metrics.scraping.scraped import jobs as declared_jobs
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.configuration import SECTIONS, differences, read_loaded

OTHERS = "other-sections"
"""The target that stands for what SECTIONS has not: remote_write, storage …"""


@dataclass(frozen=True)
class MeantSection:
    """A section of the configuration that is meant."""

    section: str | None
    file: Meant
    apart: tuple[str, ...] = ()
    """Jobs that are judged by themselves."""


def _sections(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.prometheus is None or environment.monitoring_files.prometheus is None:
        return NotDeclared("prometheus.config")
    return (*SECTIONS, OTHERS)


def _meant(environment: Environment, target: str) -> MeantSection:
    file = meant_file(environment)
    assert file is not None, "the check's targets have it"
    names = declared_jobs(environment)
    apart = names if isinstance(names, tuple) else ()
    return MeantSection(None if target == OTHERS else target, file, apart)


def _judge(seen: tuple[Exchange], expected: MeantSection) -> Verdict:
    (exchange,) = seen
    file = expected.file
    promise = f"Prometheus runs with {file.shown}"
    if verdict := unanswered(exchange, promise):
        return verdict
    running = read_loaded(exchange.response.body if exchange.response else b"")
    if isinstance(running, Unreadable):
        return unreadable(running, promise)
    if isinstance(file.configuration, Unreadable):
        return Inconclusive(f"{file.shown} is {file.configuration}")
    return file.findings(differences(running, file.configuration, expected.section, expected.apart))


def _told_by_others(environment: Environment, target: str) -> Needs:
    """What names the difference better: a rule file that is not loaded, a job that nobody declared."""
    if target == "rule_files":
        return all_loaded(environment)
    if target == "alerting":
        connected = environment.alertmanager is not None
        return ((NOT_CONNECTED, "prometheus"),) if connected else ready("prometheus")
    if target == "scrape_configs" and isinstance(declared_jobs(environment), tuple):
        return ((jobs.UNEXPECTED, "prometheus"),)
    return ready("prometheus")


DIFFERS = Check(
    id="scrape.configuration-differs",
    severity=Severity.MAJOR,
    catches="A Prometheus that runs with something else than its file: it was not reloaded, refused the new "
    "file and went on with the old one, or somebody edited another copy.",
    remedy="Reload it (SIGHUP, or POST /-/reload), and look at prometheus_config_last_reload_successful.",
    source="MT10; Prometheus, HTTP API, “Config”",
    targets=_sections,
    observes=lambda environment, target: (loaded(environment),),
    expects=_meant,
    requires=_told_by_others,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (DIFFERS,)

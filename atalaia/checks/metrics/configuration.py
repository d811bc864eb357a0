"""Prometheus runs with the configuration that it is meant to run with (MT10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.alerting.connection import NOT_CONNECTED
from atalaia.checks.metrics.asking import from_prometheus, ready, unanswered, unreadable
from atalaia.checks.metrics.rules.loaded import all_loaded
from atalaia.checks.metrics.scraping import jobs, stale, up
from atalaia.checks.metrics.scraping.scraped import jobs as declared_jobs
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines
from atalaia.systems.prometheus.configuration import (
    PATH,
    SECTIONS,
    differences,
    read_configuration,
    read_loaded,
)

OTHERS = "other-sections"
"""The target that stands for what SECTIONS has not: remote_write, storage …"""


@dataclass(frozen=True)
class Meant:
    """A section of the configuration that is meant."""

    section: str | None
    configuration: Mapping[str, Any] | Unreadable
    shown: str
    lines: Lines


def _sections(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.prometheus is None or environment.monitoring_files.prometheus is None:
        return NotDeclared("prometheus.config")
    return (*SECTIONS, OTHERS)


def _meant(environment: Environment, target: str) -> Meant:
    file = environment.monitoring_files.prometheus
    assert file is not None, "the check's targets have it"
    section = None if target == OTHERS else target
    return Meant(section, read_configuration(file.text), file.shown, Lines(file.text))


def _judge(seen: tuple[Exchange], expected: Meant) -> Verdict:
    (exchange,) = seen
    promise = f"Prometheus runs with {expected.shown}"
    if verdict := unanswered(exchange, promise):
        return verdict
    loaded = read_loaded(exchange.response.body if exchange.response else b"")
    if isinstance(loaded, Unreadable):
        return unreadable(loaded, promise)
    if isinstance(expected.configuration, Unreadable):
        return Inconclusive(f"{expected.shown} is {expected.configuration}")
    return [
        Finding(
            expected=promise,
            observed=str(each),
            hop=Hop.MONITORING.value,
            cause=f"{expected.shown}:{expected.lines.of(each.place)}",
        )
        for each in differences(loaded, expected.configuration, expected.section)
    ]


def _told_by_others(environment: Environment, target: str) -> Needs:
    """What names the difference better: a job that is not there, a scrape target that is down."""
    if target == "rule_files":
        return all_loaded(environment)
    if target == "alerting":
        connected = environment.alertmanager is not None
        return ((NOT_CONNECTED, "prometheus"),) if connected else ready("prometheus")
    if target != "scrape_configs":
        return ready("prometheus")
    names = declared_jobs(environment)
    targets = names if isinstance(names, tuple) else ()
    return all_of(
        ready("prometheus"),
        tuple(
            (check, job)
            for job in targets
            for check in (jobs.MISSING, jobs.NOT_AN_EXPORTER, up.DOWN, stale.STALE)
        ),
        ((jobs.UNEXPECTED, "prometheus"),) if targets else (),
    )


DIFFERS = Check(
    id="scrape.configuration-differs",
    severity=Severity.MAJOR,
    catches="A Prometheus that runs with something else than its file: it was not reloaded, refused the new "
    "file and went on with the old one, or somebody edited another copy.",
    remedy="Reload it (SIGHUP, or POST /-/reload), and look at prometheus_config_last_reload_successful.",
    source="MT10; Prometheus, HTTP API, “Config”",
    targets=_sections,
    observes=lambda environment, target: (from_prometheus(environment, PATH),),
    expects=_meant,
    requires=_told_by_others,
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (DIFFERS,)

"""The Alertmanager runs with the configuration that it is meant to run with."""

from __future__ import annotations

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.alerting.status import running, the_status
from atalaia.checks.metrics.asking import ready
from atalaia.checks.metrics.meant import Meant
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.alertmanager.api import read_configuration
from atalaia.systems.alertmanager.differences import differences
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines

_HOP = Hop.MONITORING.value


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.alertmanager is None or environment.monitoring_files.alertmanager is None:
        return NotDeclared("alertmanager.config")
    return ("alertmanager",)


def _meant(environment: Environment, target: str) -> Meant:
    file = environment.monitoring_files.alertmanager
    assert file is not None, "the check's targets have it"
    return Meant(read_configuration(file.text, file.shown), file.shown, Lines(file.text))


def _judge(seen: tuple[Exchange], expected: Meant) -> Verdict:
    promise = f"the Alertmanager runs with {expected.shown}"
    configuration = running(seen[0], promise)
    if isinstance(configuration, (list, Inconclusive)):
        return configuration
    if isinstance(expected.configuration, Unreadable):
        return [Finding(expected=promise, observed=str(expected.configuration), hop=_HOP)]
    return expected.findings(differences(expected.configuration, configuration))


DIFFERS = Check(
    id="alerting.configuration-differs",
    severity=Severity.MAJOR,
    catches="An Alertmanager that runs with an old or another configuration: it was not reloaded, or "
    "refused the new file and goes on with the old one.",
    remedy="Check the file with `amtool check-config`, copy it to the server, and reload the "
    "Alertmanager: SIGHUP, or POST /-/reload. Its log says why it refuses one.",
    source="MT07; the Alertmanager's API v2, /status; defaults and secrets as in its config/config.go",
    targets=_targets,
    observes=lambda environment, target: (the_status(environment),),
    expects=_meant,
    requires=lambda environment, target: ready("alertmanager"),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (DIFFERS,)

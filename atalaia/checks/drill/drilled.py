"""The one drill of a run, which all of its checks look at, and what they have in common."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import not_measured
from atalaia.checks.check import Finding, Inconclusive, NotDeclared
from atalaia.checks.metrics.asking import ready
from atalaia.checks.observables import bare
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.drill.channels import channels
from atalaia.systems.drill.model import Channel, DrillMeasurement, DrillSeen, Leg, Part

SOURCE = "MT07; the runbooks AtalaiaDrill and AtalaiaDrillInhibited"
_NEEDED = ("prometheus", "alertmanager", "pushgateway", "drill")
SYSTEMS = ("pushgateway", "prometheus", "alertmanager")


def undeclared(environment: Environment) -> NotDeclared | None:
    """What a drill cannot do without, where it is not declared."""
    missing = [section for section in _NEEDED if getattr(environment, section) is None]
    return NotDeclared(" and no ".join(missing)) if missing else None


def receivers(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The one target: the receiver of drills."""
    if missing := undeclared(environment):
        return missing
    assert environment.drill, "declared"
    return (environment.drill.receiver,)


def drill(environment: Environment, target: str) -> tuple[DrillMeasurement]:
    """The drill; one a run."""
    assert environment.drill, "the check's targets have it"
    assert environment.prometheus, "as well"
    assert environment.alertmanager, "as well"
    assert environment.pushgateway, "as well"
    return (
        DrillMeasurement(
            key=f"fire drill to receiver {environment.drill.receiver}: pages people",
            hop=Hop.MONITORING,
            prometheus=bare(environment.prometheus.url),
            alertmanager=bare(environment.alertmanager.url),
            pushgateway=bare(environment.pushgateway.url),
            deliveries=bare(environment.drill.deliveries) if environment.drill.deliveries else None,
            receiver=environment.drill.receiver,
            channels=meant_channels(environment),
            within=environment.drill.within.total_seconds(),
        ),
    )


def meant_channels(environment: Environment) -> tuple[Channel, ...]:
    """What the receiver of drills has by the declared configuration; nothing where that does not tell."""
    file = environment.monitoring_files.alertmanager
    if file is None or environment.drill is None:
        return ()
    found = channels(file.text, environment.drill.receiver)
    return () if isinstance(found, Unreadable) else found


def systems_ready(environment: Environment, target: str) -> Needs:
    """That all three that the alert passes through work."""
    return all_of(*(ready(system) for system in SYSTEMS))


def undecided(seen: DrillSeen) -> Inconclusive | None:
    """Why a drill decides nothing: it was not begun, or this machine could not measure."""
    if reason := not_measured(seen.failure):
        return reason
    return Inconclusive(f"no drill: {seen.refused}") if seen.refused else None


def late(seen: DrillSeen, part: Part, promise: str) -> list[Finding]:
    """The finding of a part of the way that was not come to the end of."""
    leg = seen.leg(part)
    if leg is not None and leg.reached:
        return []
    return [Finding(expected=promise, observed=_observed(seen, leg), hop=Hop.MONITORING.value)]


def _observed(seen: DrillSeen, leg: Leg | None) -> str:
    if leg is None:
        return "the drill did not come so far"
    return f"after {leg.seconds:.1f} s: {leg.observed}" if leg.seconds else leg.observed

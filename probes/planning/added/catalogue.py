"""Added probes of the catalogue: any check that only reads, on one target each."""

from __future__ import annotations

from atalaia.checks.catalogue import ALL, by_id
from atalaia.checks.check import Check
from atalaia.environment import Effect, Environment
from atalaia.environment.faults import did_you_mean, listed
from atalaia.environment.probes import Probe
from atalaia.exchange.cost import Cost
from atalaia.exchange.hop import Hop
from atalaia.run.case import Case, Cases, closure
from probes.budget import summed
from probes.kinds.catalogue import Catalogue
from probes.planning.draft import Draft
from probes.planning.telling import Mistaken


def drafts(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """A probe a target. Raises Mistaken where there is no such check or target, or it does not read."""
    check = _check(probe)
    cases = {case.target: case for case in Cases(environment).of(check)}
    for target in probe.targets:
        if target not in cases:
            allowed = f"there are: {listed(cases)}"
            hint = did_you_mean(target, cases)
            raise Mistaken(f"not a target of {check.id}", "targets", allowed=allowed, hint=hint)
    chosen = [cases[target] for target in dict.fromkeys(probe.targets)] or list(cases.values())
    return tuple(_draft(probe, case, environment) for case in chosen)


def _check(probe: Probe) -> Check:
    if probe.check is None:
        raise Mistaken("a probe of the catalogue without a check")
    reading = [check.id for check in ALL if check.effect is Effect.READS]
    try:
        check = by_id(probe.check)
    except KeyError:
        hint = did_you_mean(probe.check, reading) or "docs/checks.md lists them"
        raise Mistaken("no such check", "check", hint=hint) from None
    if check.effect is not Effect.READS:
        raise Mistaken(f"{check.id} {check.effect.value}", "check", allowed="a check that only reads")
    return check


def _draft(probe: Probe, case: Case, environment: Environment) -> Draft:
    if case.skip:
        raise Mistaken(f"{case.check.id} does not apply: {case.skip.reason}", "check")
    # A single target that is named keeps the name; of all, each has its own, whatever is declared later.
    name = probe.name if len(probe.targets) == 1 else f"{probe.name} {case.target}"
    hop = case.observables[0].hop if case.observables else Hop.UNKNOWN
    parameters = Catalogue(environment, case.check.id, case.target)
    return Draft(name, "catalogue", case.identity, hop, parameters, costs=_costs(case))


def _costs(case: Case) -> tuple[Cost, ...]:
    """What everything takes that is looked at: the check's own observables and those of what it requires."""
    observables = {seen.key: seen for need in closure([case]) for seen in need.observables}
    return summed(cost for seen in observables.values() for cost in seen.costs)

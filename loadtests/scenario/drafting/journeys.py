"""Journeys among the environment's probes, as load."""

from __future__ import annotations

from atalaia.environment.faults import did_you_mean, listed
from atalaia.environment.probes import Probe
from loadtests.scenario.drafting.draft import Draft, request_of, typed
from loadtests.scenario.drafting.way import Way, with_token
from loadtests.scenario.mix import Entry


def of_journey(entry: Entry, way: Way) -> Draft:
    """A journey as its probe takes it: with its own token, of the first tenant, and no header that it does
    not name. Raises Mistake where there is none of that name, it leads elsewhere, or writes."""
    probes = way.environment.probes.add
    journeys = {probe.name: probe for probe in probes if probe.kind == "journey"}
    if entry.journey not in journeys:
        raise way.mistake(
            f"no such journey among the probes of the environment {way.environment.name}",
            "journey",
            allowed=f"there are: {listed(journeys)}",
            hint=did_you_mean(entry.journey, journeys),
        )
    probe = journeys[entry.journey]
    _goes_there(probe, way)
    for step in probe.steps:
        way.may_send(step.method, "journey", harmless=step.harmless)
    declared = way.declared(probe.bearer) if probe.bearer else None
    requests = []
    for step in probe.steps:
        headers = typed(step.headers.items(), step.json_body)
        headers = with_token(headers, declared, tenants=False) if declared else headers
        requests.append(request_of(step, f"{probe.name}/{step.name}", way.target.path(step.path), headers))
    return Draft(way.index, probe.name, entry.weight, tuple(requests), probe.bearer)


def _goes_there(probe: Probe, way: Way) -> None:
    """A journey is written for one place; the hops of the public way are the same to it."""
    target = way.target
    if probe.at is not None:
        public = probe.at in {"load-balancer", "load-balancer-tls"} or probe.at.endswith("-proxy")
        there = probe.at == target.endpoint or (public and target.gateway)
    else:
        there = probe.url is not None and (probe.url.origin, probe.url.path) == (target.base, target.url.path)
    if not there:
        its = probe.at or "an address of its own"
        what = f"the journey is for {its}, and the load goes to {target.endpoint}"
        raise way.mistake(what, "journey", allowed="all of a load test goes to one address, `at`")

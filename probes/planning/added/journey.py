"""An added journey."""

from __future__ import annotations

from atalaia.checks.observables import bare
from atalaia.checks.routes import bearer_of
from atalaia.environment import Effect, Environment
from atalaia.environment.probes import Probe
from probes.budget import summed
from probes.kinds.journey import Journey, allowed
from probes.planning.added.address import address_of, costs_at
from probes.planning.draft import Draft
from probes.planning.telling import Mistaken
from probes.step import Step


def drafts(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """Its steps, each of which costs what it costs. Raises Mistaken where one must not be sent here."""
    address = address_of(probe, environment)
    journey = Journey(
        bare(address.url),
        tuple(map(Step.of, probe.steps)),
        bearer_of(environment.authentication[probe.bearer]) if probe.bearer else None,
        writes=environment.allows(Effect.WRITES),
    )
    for index, step in enumerate(journey.steps):
        if not allowed(step, journey):
            raise Mistaken(
                f"it writes, and safety is {environment.safety.value}",
                "steps",
                index,
                "method",
                allowed="GET, HEAD or OPTIONS",
                hint="`harmless: true` where it changes nothing, or nothing that a later step does not undo",
            )
    costs = summed(
        cost
        for step in journey.steps
        for cost in costs_at(address, environment, address.url.path + step.path, step.method.upper())
    )
    instance = address.url.origin + address.url.path
    return (Draft(probe.name, "journey", instance, address.hop, journey, costs=costs),)

"""What arrivals do, before tokens are there: a mix of requests and journeys for one environment."""

from __future__ import annotations

from atalaia.environment import Environment
from atalaia.redaction import Redactor
from loadtests.scenario.drafting import journeys, own, routes
from loadtests.scenario.drafting.draft import Draft
from loadtests.scenario.drafting.sendable import unsendable
from loadtests.scenario.drafting.way import Way
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.mix import Entry
from loadtests.scenario.model import Scenario
from loadtests.scenario.target import Target


def drafts_of(
    scenario: Scenario, target: Target, environment: Environment
) -> tuple[list[Draft], list[Mistake]]:
    """A draft for each entry of the mix, and what is wrong with the others."""
    drafts: list[Draft] = []
    wrong: list[Mistake] = []
    try:
        entries = scenario.mix or routes.by_default(target, environment)
    except Mistake as mistake:
        return [], [mistake]
    redacted = Redactor(environment.secrets() | scenario.secrets())
    for index, entry in enumerate(entries):
        try:
            draft = _draft(entry, Way(index, target, environment, redacted))
        except Mistake as mistake:
            wrong.append(mistake)
            continue
        drafts.append(draft)
        if beyond := unsendable(draft):
            wrong.append(beyond)
    return drafts, wrong


def _draft(entry: Entry, way: Way) -> Draft:
    match entry.kind:
        case "route":
            return routes.of_route(entry, way)
        case "journey":
            return journeys.of_journey(entry, way)
        case "steps":
            return own.of_steps(entry, way)
        case "path":
            return own.of_path(entry, way)


__all__ = ["Draft", "drafts_of"]

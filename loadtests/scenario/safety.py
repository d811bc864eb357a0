"""Where load may be sent at all, and how much of it: the environment says so, the scenario cannot."""

from __future__ import annotations

from atalaia.environment import Environment, Safety
from atalaia.environment.units import format_rate
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.model import Scenario


def forbidden(scenario: Scenario, environment: Environment) -> list[Mistake]:
    """Why load of this kind is refused here, before anything else is looked at."""
    if environment.safety is Safety.PRODUCTION:
        said = "safety" in environment.model_fields_set
        why = "production" if said else "production, as safety says nothing else"
        if scenario.breakpoint is not None:
            what = f"a search for what {environment.name} does not stand is never for {why}"
            return [Mistake(what, "breakpoint", hint="send it to staging, or to the sandbox")]
        if not environment.load.allowed or environment.load.max_rate is None:
            what = f"{environment.name} is {why}, and its environment does not allow load"
            return [
                Mistake(what, hint="`load: {allowed: true, max_rate: 50/s}` there allows so much and no more")
            ]
    elif "allowed" in environment.load.model_fields_set and not environment.load.allowed:
        what = f"the environment {environment.name} says `load: {{allowed: false}}`"
        return [Mistake(what, hint="its owner changes that, or nobody does")]
    return []


def too_fast(environment: Environment, requests: float, *, surplus: float, place: str) -> list[Mistake]:
    """Whether more requests a second are planned than the environment allows; `place` says how many."""
    allowed = environment.load.max_rate
    if allowed is None or requests <= allowed * (1 + 1e-9):
        return []
    beyond = f", {surplus * 100:g} % beyond its rates among them" if surplus else ""
    what = f"it would send up to {_told(requests)}{beyond}"
    hint = f"a lower rate; the owner of {environment.name} may raise load.max_rate"
    return [Mistake(what, place, allowed=f"at most load.max_rate, {_told(allowed)}", hint=hint)]


def _told(rate: float) -> str:
    return format_rate(round(rate, 3))

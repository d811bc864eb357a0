"""A scenario and an environment become a plan: everything decided, nothing left to guess."""

from __future__ import annotations

import math
from collections.abc import Sequence

from atalaia.environment import Environment, Safety
from atalaia.environment.remembered import per_environment
from atalaia.errors import UsageError
from atalaia.run.completion import complete
from loadtests.plan import Entry, LoadPlan, Stage, Table
from loadtests.scenario import identities, limiters, safety
from loadtests.scenario.digest import digest_of
from loadtests.scenario.drafting import Draft, drafts_of
from loadtests.scenario.filling import filled
from loadtests.scenario.judging import steps_of, thresholds_of, unknown_routes
from loadtests.scenario.limiters import Use
from loadtests.scenario.mistake import Mistake, refused
from loadtests.scenario.model import Scenario
from loadtests.scenario.stages import peak, stages_of
from loadtests.scenario.target import Target, target_of
from loadtests.thresholds import Thresholds

_SPARE = 1.1
_CLUMP = 10.0
_LEAST_IN_FLIGHT = 100
_MOST_IN_FLIGHT = 20_000


def plan(scenario: Scenario, environment: Environment, *, rate: float | None = None) -> LoadPlan:
    """What the generator is to send. `rate` (arrivals a second): the stages are scaled so that the highest
    is this; of a breakpoint it is the step's, and else the first one's.

    Sends nothing, but for a login where tokens come from one; and a gateway whose routes nobody declares is
    asked for them, and their limits. Raises UsageErrors with everything for which the load is refused:
    safety, addresses that are not declared, limiters, requests that must not be sent. Raises NotMeasured
    where a gateway must be asked and does not tell.
    """
    if rate is not None and rate <= 0:
        raise UsageError("a rate of nothing", expected="more than 0/s")
    if wrong := safety.forbidden(scenario, environment):
        raise refused(wrong, scenario)
    environment, target, drafts = _drafted(scenario, environment)
    wrong = unknown_routes(scenario, drafts)
    steps = steps_of(drafts)
    thresholds, too_high = thresholds_of(scenario, environment, steps=steps, rate=rate)
    wrong += too_high
    surplus = scenario.surplus if thresholds.throughput is not None else 0.0
    stages = stages_of(scenario, rate=rate, surplus=surplus)
    # A search is refused for what its last step would send, before its first.
    highest = (
        stages_of(scenario, rate=rate or scenario.breakpoint.to, surplus=surplus)
        if scenario.breakpoint
        else stages
    )
    wrong += safety.too_fast(environment, peak(highest) * steps, surplus=surplus, place=_place(scenario))
    uses = limiters.uses_of(
        drafts, highest, target, environment, arrivals=scenario.arrivals, tables=scenario.tables
    )
    number, none = _identities(scenario, environment, uses)
    wrong += none or limiters.too_much(
        uses,
        highest,
        environment,
        addresses=max(number, 1),
        available=identities.available(environment),
        place=_place(scenario),
    )
    if wrong:
        raise refused(wrong, scenario)
    try:
        sources = identities.chosen(environment, number)
        entries, tables = filled(
            drafts, scenario, target, environment, lasts=stages[-1].begins + stages[-1].lasts
        )
    except Mistake as mistake:
        raise refused([mistake], scenario) from None
    made = _plan(scenario, environment, target, stages, entries, tables, sources, steps)
    return made.model_copy(
        update={
            "digest": digest_of(made, scenario, target, environment),
            "limiters": limiters.taken_of(uses, max(number, 1)),
        }
    )


def thresholds(scenario: Scenario, environment: Environment, *, rate: float | None = None) -> Thresholds:
    """What must hold of the load that `plan` gives for the same arguments. Raises as it does, where the mix
    or the target cannot be planned."""
    environment, _, drafts = _drafted(scenario, environment)
    return thresholds_of(scenario, environment, steps=steps_of(drafts), rate=rate)[0]


def _drafted(scenario: Scenario, environment: Environment) -> tuple[Environment, Target, list[Draft]]:
    """The environment with its routes, where the load goes, and what arrivals do there. Raises UsageErrors,
    NotMeasured."""
    try:
        target = target_of(scenario.at, environment)
    except Mistake as mistake:
        raise refused([mistake], scenario) from None
    if target.gateway:
        environment = _with_routes(environment)
    drafts, wrong = drafts_of(scenario, target, environment)
    if wrong:
        raise refused(wrong, scenario)
    return environment, target, drafts


@per_environment
def _with_routes(environment: Environment) -> Environment:
    """Routes tell of limiters: they are the environment's own, its declarative file's, or the gateway's."""
    return complete(environment)


def _plan(
    scenario: Scenario,
    environment: Environment,
    target: Target,
    stages: tuple[Stage, ...],
    entries: tuple[Entry, ...],
    tables: dict[str, Table],
    sources: tuple[str, ...],
    steps: float,
) -> LoadPlan:
    timeout = (scenario.timeout or environment.deadlines.total).total_seconds()
    allowed = environment.load.max_rate
    return LoadPlan(
        scenario=scenario.name,
        digest="",
        base=target.base,
        connect_to=environment.hosts.get(target.url.host),
        authorities=str(environment.tls.ca) if environment.tls.ca else None,
        arrivals=scenario.arrivals,
        seed=scenario.seed,
        stages=stages,
        entries=entries,
        tables=tables,
        identities=sources,
        timeout=timeout,
        in_flight=scenario.in_flight or _in_flight(peak(stages), timeout),
        max_rate=_capped(peak(stages)) if allowed is None else allowed / steps,
    )


def _identities(
    scenario: Scenario, environment: Environment, uses: Sequence[Use]
) -> tuple[int, list[Mistake]]:
    """How many source addresses the load is spread over, and why there cannot be so many."""
    there, needed = identities.available(environment), limiters.addresses_needed(uses)
    if scenario.identities is None:
        least = identities.SANDBOX_LEAST if environment.safety is Safety.SANDBOX else 1
        return min(max(needed or there, least), there) if needed != 0 else 0, []
    if scenario.identities <= there:
        return scenario.identities, []
    declared = environment.client.addresses
    says = f"client.addresses ({declared}) has {there:,}" if declared else "there is no client.addresses"
    what = f"{scenario.identities:,} addresses, and in the environment {environment.name} {says}"
    return 0, [Mistake(what, "identities", allowed=f"at most {there:,}" if there else "")]


def _place(scenario: Scenario) -> str:
    """Where the file says how much is sent."""
    return "breakpoint" if scenario.breakpoint else "stages"


def _capped(rate: float) -> float:
    """Where the environment names no cap: above what is planned, since arrivals at random come in clumps, and
    a cap at the rate itself would hold every clump up, and the more the longer the run."""
    return rate * _SPARE + _CLUMP


def _in_flight(rate: float, timeout: float) -> int:
    """Enough for every request to time out: what is dropped is the generator's fault, not the stack's."""
    return min(max(math.ceil(rate * timeout * _SPARE), _LEAST_IN_FLIGHT), _MOST_IN_FLIGHT)

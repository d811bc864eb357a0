"""Live behaviour: whose budget a request spends, and whom a denial keeps away (RL06, RL07, RL11)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_measured
from atalaia.checks.balancing import routed
from atalaia.checks.check import Check, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.rate_limits.answers import WRONG_HEADERS
from atalaia.checks.rate_limits.enforced import enforced
from atalaia.checks.rate_limits.observables import identities, measured
from atalaia.checks.rate_limits.promise import Promise, promise_of, unanswered
from atalaia.checks.rate_limits.targets import exhaustible, first_of_class, limit_of, measurable_routes
from atalaia.checks.rate_limits.words import requests
from atalaia.checks.routes import FRONT, path_of
from atalaia.checks.routing.client import ADDRESS_FORGED, ADDRESS_LOST
from atalaia.environment import Effect, Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.told import told


@per_environment
def _with_identities(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = first_of_class(environment)
    if isinstance(found, NotDeclared):
        return found
    if environment.load_balancer is None:
        return NotDeclared("load_balancer")
    if environment.client.addresses is None:
        return NotDeclared("client.addresses, so that there are two clients")
    limits = {target: limit_of(environment, target) for target in found}
    by_address = tuple(target for target, limit in limits.items() if limit.by == "address")
    if not by_address:
        return NotDeclared("limit by address")
    # Of two budgets of a client, one a node, nobody can tell which one an answer through the front speaks of.
    alone = len(environment.gateway_nodes()) == 1
    counted_together = tuple(target for target in by_address if alone or limits[target].shared)
    return counted_together or NotDeclared("limit shared by the nodes")


def _identity_needs(environment: Environment, target: str) -> Needs:
    known = ((ADDRESS_LOST, FRONT),) if environment.gateway and environment.gateway.echo else ()
    return all_of(((WRONG_HEADERS, target),), known, routed(environment, path_of(environment, target)))


def _judge_identities(seen: tuple[Exchanges], expected: Promise) -> Verdict:
    steps = seen[0].steps
    for step in steps:
        if step.failure:
            return not_measured(step.failure) or Inconclusive(f"no answer through the front: {step.failure}")
        status = step.response.status if step.response else 0
        if status == 429 and step.answered_by is not Hop.GATEWAY:
            return Inconclusive(f"{describe(step)}: the front's limit was used up before")
    promise = "two clients behind the front have a budget each"
    clients = (steps[0::2], steps[1::2])
    left = [[told(step).left_in(expected.window, expected.limit) for step in client] for client in clients]
    if any(step.response and step.response.status == 429 for step in steps):
        count = len(clients[0])
        observed = f"a client that sent {requests(count)} in all was denied, of {expected.per_window}"
        return [expected.finding(observed, promise)]
    if any(map(_spent_by_others, left)):
        in_turn = ", ".join(str(each) for pair in zip(*left, strict=True) for each in pair)
        return [expected.finding(f"they spend the same one: sent in turn, they were left {in_turn}", promise)]
    if not any(_one_less(client) for client in left):
        return Inconclusive("a window began between any two of the requests, or nothing told what was left")
    return []


def _spent_by_others(left: Sequence[int | None]) -> bool:
    """Whether less was left to a client than its own requests leave, from the first with the most left on.

    Not from one to the next: what Kong counts late (policy local) may be missing from one and in the next.
    """
    known = [each for each in left if each is not None]
    if not known:
        return False
    since = left[left.index(max(known)) :]
    return any(each is not None and max(known) - each > own for own, each in enumerate(since))


def _one_less(left: Sequence[int | None]) -> bool:
    """Whether a request had one less left than the same client's before it."""
    return any(
        former is not None and later is not None and former - later == 1 for former, later in pairwise(left)
    )


CLIENTS_SHARE = Check(
    id="limiter.clients-share",
    severity=Severity.CRITICAL,
    catches="All clients in one bucket behind the load balancer: the gateway takes its address for "
    "everybody's, and one busy client locks all others out.",
    remedy="Let Kong trust the load balancer: trusted_ips with its address, real_ip_header X-Forwarded-For, "
    "real_ip_recursive on; and let the load balancer send the header (option forwardfor).",
    source="RL06; Kong#13599",
    targets=_with_identities,
    observes=lambda environment, target: (identities(environment, target),),
    expects=promise_of,
    requires=_identity_needs,
    judge=_judge_identities,
)


def _judge_evasion(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (measured_,) = seen
    if measured_.again is None:
        return Inconclusive("nothing was sent in others' names")
    if reason := unanswered(*measured_.forged, measured_.again):
        return reason
    passed = [each for each in measured_.forged if not measured_.denies(each)]
    if not passed:
        return []
    if not measured_.denies(measured_.again):
        return Inconclusive("a window began before it could be seen whether others' names help")
    name = passed[0].sent_header("X-Forwarded-For")
    return [
        expected.finding(
            f"a denied client that says it is {name} (X-Forwarded-For and the like) is served",
            "a denied client stays denied, whatever address it claims to have",
        )
    ]


def _evasion_needs(environment: Environment, target: str) -> Needs:
    nodes = environment.gateway_nodes() if target != FRONT else {}
    forged = tuple((ADDRESS_FORGED, f"{node}-proxy") for node in nodes)
    known = forged if environment.gateway and environment.gateway.echo else ()
    return all_of(known, enforced(environment, target))


EVADABLE = Check(
    id="limiter.evadable",
    severity=Severity.CRITICAL,
    catches="A limiter that is evaded by a header which any client can write: X-Forwarded-For with another "
    "address in each request is another budget each time.",
    remedy="Kong: trust only the load balancer's address (trusted_ips). HAProxy: track the connection's own "
    "source (track-sc0 src), and delete such headers before anybody reads them.",
    source="RL07; Kong#7948",
    targets=exhaustible,
    observes=lambda environment, target: (measured(environment, target),),
    expects=promise_of,
    requires=_evasion_needs,
    judge=_judge_evasion,
    effect=Effect.SPENDS,
)


@per_environment
def _with_counter(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = measurable_routes(environment)
    if isinstance(found, NotDeclared):
        return found
    counting = tuple(target for target in found if measured(environment, target).counter)
    return counting or NotDeclared("services[].requests_metric")


def _judge_reach(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (measured_,) = seen
    before, after = measured_.reached_before, measured_.reached_after
    if before is None or after is None:
        return Inconclusive("the service's counter of requests could not be read")
    denied = sum(measured_.denies(each) for each in measured_.everything)
    served = measured_.served
    reached = after - before
    numbers = (
        f"{requests(reached)} reached the service, of {served} that passed and {denied} that were denied"
    )
    if reached == served:
        return []
    if reached < served:
        return Inconclusive(f"{numbers}: its counter tells less than the answers")
    # Where others ask, too, only a growth by exactly all that was sent says that denials were among it.
    if not expected.alone and reached != served + denied:
        return Inconclusive(f"{numbers}: others asked it as well")
    return [expected.finding(numbers, "what is denied reaches no service")]


REACHES_SERVICE = Check(
    id="limiter.denied-reaches-service",
    severity=Severity.CRITICAL,
    catches="A limiter that answers 429 and passes the request on all the same: the service bears the load "
    "that it should be spared.",
    remedy="Look for a limiter that only marks (a serverless function, a plugin that runs after the request "
    "was sent), and for retries of the client library behind the gateway.",
    source="RL11",
    targets=_with_counter,
    observes=lambda environment, target: (measured(environment, target),),
    expects=promise_of,
    requires=enforced,
    judge=_judge_reach,
    effect=Effect.SPENDS,
)

CHECKS: tuple[Check, ...] = (CLIENTS_SHARE, EVADABLE, REACHES_SERVICE)

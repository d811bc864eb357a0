"""Live behaviour: how many requests pass, one after the other and at once (RL01, RL08, RL09)."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.gateway import ready
from atalaia.checks.rate_limits.keys import configured_as_meant
from atalaia.checks.rate_limits.monitoring import MONITORING_LIMITED
from atalaia.checks.rate_limits.observables import burst, cheap_path, measured
from atalaia.checks.rate_limits.promise import Promise, promise_of, unanswered
from atalaia.checks.rate_limits.targets import exhaustible, first_of_class
from atalaia.checks.rate_limits.words import requests, window_name
from atalaia.checks.routes import FRONT
from atalaia.checks.routing.reached import answered
from atalaia.checks.service_paths import UNHEALTHY_THROUGH_LOAD_BALANCER
from atalaia.environment import Effect, Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.stretch import Stretch, server_of
from atalaia.systems.limiter.told import told

_SOURCE = "Kong 3.4, kong/plugins/rate-limiting/handler.lua"


def measurable(environment: Environment, target: str) -> Needs:
    """What must hold before a limiter is measured: as configured, and everything on the way serves."""
    if target == FRONT:
        path = cheap_path(environment)
        return tuple(
            (check, name)
            for name, service in environment.services.items()
            if service.gateway_health == path
            for check in (UNHEALTHY_THROUGH_LOAD_BALANCER, MONITORING_LIMITED)
        )
    nodes = (
        all_of(reachable(environment, f"{node}-proxy"), ready(environment, node))
        for node in environment.gateway_nodes()
    )
    return all_of(configured_as_meant(environment, target), answered(environment, target), *nodes)


def _judge_enforcement(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (measured_,) = seen
    if reason := unanswered(*measured_.steps):
        return reason
    if expected.hop is Hop.LOAD_BALANCER and any(
        each.answered_by is Hop.GATEWAY for each in measured_.denied
    ):
        return Inconclusive("the gateway's limiter denied before the front's did")
    if expected.hop is Hop.GATEWAY and (refused := [each for each in measured_.passed if _refused(each)]):
        told_why = f"{len(refused)} of {len(measured_.steps)} requests never came to the limiter"
        return Inconclusive(f"{told_why}: {server_of(refused[0])}: {describe(refused[0])}")
    parts = expected.parts(measured_)
    if findings := _too_many(parts, measured_, expected):
        return findings
    if not measured_.denied:
        return _too_slow(parts, measured_, expected)
    return _too_few(parts, measured_, expected)


def _refused(step: Exchange) -> bool:
    """Whether the gateway refused it before its limiter was asked: a token that a node does not take."""
    status = step.response.status if step.response else 0
    return step.answered_by is Hop.GATEWAY and 400 <= status < 500 and not told(step).anything


def _too_many(parts: tuple[Stretch, ...], seen: LimiterSeen, expected: Promise) -> list[Finding]:
    for part in parts:
        by_node, passed = part.by_node, len(part.passed)
        most = passed if expected.shared else max(by_node.values(), default=0)
        if most <= expected.limit:
            continue
        within = f"within {window_name(expected.window)} {requests(passed)} passed"
        if part.denied and expected.shared and len(by_node) > 1 and max(by_node.values()) == expected.limit:
            each = ", ".join(f"{count} by {node}" for node, count in sorted(by_node.items()))
            return [expected.finding(f"{within}: {each}: every node counts for itself")]
        if part.denied:
            return [expected.finding(f"{within} before one was denied")]
        silent = not any(told(step).anything for step in part.passed)
        why = ", and no answer told of a limiter" if silent else ", and none was denied"
        if silent and expected.opens:
            why += ": without its store it lets everything pass (fault_tolerant)"
        return [expected.finding(within + why)]
    return []


def _too_slow(parts: tuple[Stretch, ...], seen: LimiterSeen, expected: Promise) -> Inconclusive:
    most = max((len(part.passed) for part in parts), default=0)
    return Inconclusive(
        f"the limit was not reached: {requests(most)} within {window_name(expected.window)}, at "
        f"{seen.rate:.1f} a second; {expected.limit + 1} are needed"
    )


def _too_few(parts: tuple[Stretch, ...], seen: LimiterSeen, expected: Promise) -> Verdict:
    ended = [part for part in parts if part.denied]
    if any(part.passed and len(part.passed) + (part.used_before or 0) >= expected.limit for part in ended):
        return []
    part = max(ended, key=lambda part: len(part.passed))
    passed, used = len(part.passed), part.used_before
    if not passed:
        return Inconclusive(
            f"others had used the whole window up: {requests(len(part.denied))} denied, none passed"
        )
    observed = f"only {requests(passed)} passed before one was denied"
    if used is None and (not expected.own or len(parts) > 1):
        return Inconclusive(
            f"{observed}, and nothing tells how many others were sent, or when the window began"
        )
    if used:
        observed += f", where the first answer told of {used} before it"
    return [expected.finding(observed)]


NOT_ENFORCED = Check(
    id="limiter.not-enforced",
    severity=Severity.CRITICAL,
    catches="A limiter that lets more requests pass than it says, or fewer, or all of them: one that fails "
    "open without its store, one that each node counts for itself.",
    remedy="The finding says how many passed. None denied: look at the limiter's store (Redis) and at "
    "fault_tolerant; a multiple of the nodes: share the counters; HAProxy: look at the stick table's period "
    "and the deny rule.",
    source=f"RL01, RL08; {_SOURCE}",
    targets=exhaustible,
    observes=lambda environment, target: (measured(environment, target),),
    expects=promise_of,
    requires=measurable,
    judge=_judge_enforcement,
    effect=Effect.SPENDS,
)


def enforced(environment: Environment, target: str) -> Needs:
    """That a limiter limits, before anything else is expected of it."""
    return ((NOT_ENFORCED, target),)


def _judge_burst(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (burst_,) = seen
    passed = len(burst_.passed)
    if passed <= expected.allowed:
        return unanswered(*burst_.steps) or []
    begun, ended = burst_.steps[0].sent_at, max(each.sent_at + each.elapsed for each in burst_.steps)
    if begun // expected.window != ended // expected.window:
        return Inconclusive("a window began while the requests were under way")
    share = f" ({expected.overshoot:.0%} of overshoot declared)" if expected.overshoot else ""
    return [
        expected.finding(
            f"of {len(burst_.steps)} sent at once {passed} passed",
            f"at most {expected.allowed} pass, however many come at once{share}",
        )
    ]


OVERSHOOTS = Check(
    id="limiter.overshoots",
    severity=Severity.MAJOR,
    catches="A limiter that is exact for requests one after the other, and lets too many pass when they come "
    "at once: it counts them later than it decides.",
    remedy="Use `policy: redis` with sync_rate -1, which counts before it decides, or declare how much "
    "`limit.overshoot` is tolerated.",
    source=f"RL09; Kong#5311; {_SOURCE}",
    targets=first_of_class,
    observes=lambda environment, target: (burst(environment, target),),
    expects=promise_of,
    requires=enforced,
    judge=_judge_burst,
    effect=Effect.SPENDS,
)

CHECKS: tuple[Check, ...] = (NOT_ENFORCED, OVERSHOOTS)

"""The intent of a route's class against the gateway's configuration: how much is allowed (RL01, RL02)."""

from __future__ import annotations

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Severity
from atalaia.checks.configured import unless_given
from atalaia.checks.rate_limits.effective import Found, Meant, judged, meant
from atalaia.checks.rate_limits.targets import limited_routes
from atalaia.checks.rate_limits.words import told_limits, window_name
from atalaia.checks.routing.entries import led_right
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins.windows import windows

GATEWAY = Hop.GATEWAY.value


def _windows(plugin: Plugin) -> dict[float, int]:
    return {float(window.length): window.limit for window in windows(plugin.config)}


def _period(plugin: Plugin, seconds: float) -> str:
    return next((one.period for one in windows(plugin.config) if one.length == seconds), "name")


def scope_of(plugin: Plugin) -> str:
    """What an instance applies to: `the route's`, `the service's`, `the global one`."""
    if plugin.consumer:
        return "the consumer's"
    return "the route's" if plugin.route else "the service's" if plugin.service else "the global"


@judged
def _judge_presence(has: Found, expected: Meant) -> list[Finding]:
    if has.limiter is not None:
        return []
    off = [has.given.line(plugin) for plugin in has.others if not plugin.enabled]
    return [
        Finding(
            expected=f"a limiter for {expected.route.name}: {told_limits(expected.limit.windows)}",
            observed=f"the only one is switched off ({off[0]})" if off else "no rate-limiting plugin applies",
            hop=GATEWAY,
            cause=off[0] if off else has.given.line(has.route),
        )
    ]


ABSENT = Check(
    id="limiter.absent",
    severity=Severity.CRITICAL,
    catches="A route whose class has a limit, and that no limiter of the gateway's configuration applies to.",
    remedy="Add the rate-limiting plugin to the route or its service, or give the route a class without "
    "a limit.",
    source="RL01",
    targets=limited_routes,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=led_right,
    judge=_judge_presence,
)


@judged
def _judge_hiding(has: Found, expected: Meant) -> list[Finding]:
    limiter, wanted = has.effective, dict(expected.limit.windows)
    if _windows(limiter) == wanted:
        return []
    hidden = next((one for one in has.others if one.enabled and _windows(one) == wanted), None)
    if hidden is None:
        return []
    here, there = has.given.line(limiter), has.given.line(hidden)
    return [
        Finding(
            expected=f"{told_limits(expected.limit.windows)}, as {scope_of(hidden)} limiter allows ({there})",
            observed=f"{told_limits(sorted(_windows(limiter).items()))}: {scope_of(limiter)} limiter "
            f"({here}) takes its place, and nothing of the two is merged",
            hop=GATEWAY,
            cause=here,
        )
    ]


HIDDEN = Check(
    id="limiter.hidden",
    severity=Severity.CRITICAL,
    catches="The limiter that is meant, on a service or global, hidden by another one on the route: only the "
    "most specific instance counts.",
    remedy="Take the more specific limiter away, or write into it what is meant.",
    source="RL02; Kong 3.4, kong/runloop/plugins_iterator.lua",
    targets=limited_routes,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=lambda environment, target: ((ABSENT, target),),
    judge=_judge_hiding,
)


@judged
def _judge_limits(has: Found, expected: Meant) -> list[Finding]:
    limiter, wanted = has.effective, dict(expected.limit.windows)
    allows = _windows(limiter)
    findings = []
    for seconds in sorted(wanted.keys() | allows.keys()):
        if wanted.get(seconds) == allows.get(seconds):
            continue
        unit = window_name(seconds)
        findings.append(
            Finding(
                expected=f"{wanted[seconds]} {unit} for {expected.route.name}"
                if seconds in wanted
                else f"no limit {unit.replace('a ', 'for a ').replace('an ', 'for an ')}",
                observed=f"{allows[seconds]} {unit}" if seconds in allows else f"no limit for {unit}",
                hop=GATEWAY,
                cause=has.given.line(limiter, "config", _period(limiter, seconds)),
            )
        )
    return findings


LIMIT_DIFFERS = Check(
    id="limiter.limit-differs",
    severity=Severity.CRITICAL,
    catches="A limiter that allows another number of requests than the route's class: 10 where 5 is meant.",
    remedy="Correct the limiter's numbers in the gateway's configuration, or the class in the environment.",
    source="RL01",
    targets=limited_routes,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=lambda environment, target: ((HIDDEN, target),),
    judge=_judge_limits,
)


def as_meant(environment: Environment, target: str) -> Needs:
    """What the configuration must say of a route's limits before anything is measured."""
    return ((LIMIT_DIFFERS, target),)


CHECKS: tuple[Check, ...] = (ABSENT, HIDDEN, LIMIT_DIFFERS)

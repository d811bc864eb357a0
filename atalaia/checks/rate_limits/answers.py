"""Live headers: what the limiter tells, and whether it keeps to it (RL02, RL03, RL05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from statistics import median

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import not_measured
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.rate_limits.enforced import enforced, measurable
from atalaia.checks.rate_limits.keys import HEADERS_HIDDEN
from atalaia.checks.rate_limits.observables import measured, recovered
from atalaia.checks.rate_limits.promise import Promise, promise_of, unanswered
from atalaia.checks.rate_limits.targets import exhaustible, limited_routes, measurable_routes
from atalaia.checks.rate_limits.words import window_name
from atalaia.environment import Effect, Environment
from atalaia.exchange.exchange import Exchange
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.stretch import server_of
from atalaia.systems.limiter.told import PERIODS, Told, told

_DRAFT = "draft-ietf-httpapi-ratelimit-headers-06"
_CLOCKS = 2.0
"""Seconds by which the nodes' clocks may differ: Date has whole ones."""


def _needs(environment: Environment, target: str) -> Needs:
    exhausted = measurable_routes(environment)
    limits = isinstance(exhausted, tuple) and target in exhausted
    live = enforced(environment, target) if limits else measurable(environment, target)
    return all_of(((HEADERS_HIDDEN, target),), live)


def _judge_headers(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (measured_,) = seen
    if reason := unanswered(*measured_.steps):
        return reason
    # One finding of each kind: what is wrong on one answer is so on hundreds.
    kinds: dict[str, Finding] = {}
    before: dict[str, Told] = {}
    for step in measured_.steps:
        for kind, observed in _faults(step, measured_, before, expected):
            kinds.setdefault(
                kind, expected.finding(observed, f"{kind} as configured: {expected.all_windows}")
            )
        before["" if expected.shared else server_of(step)] = told(step)
    return list(kinds.values())


def _faults(
    step: Exchange, seen: LimiterSeen, before: dict[str, Told], expected: Promise
) -> Iterator[tuple[str, str]]:
    said = told(step)
    on = f"on {step.response.status if step.response else 'no answer'}"
    for name, value in (("Limit", said.limit), ("Remaining", said.remaining), ("Reset", said.reset)):
        if value is None:
            yield f"RateLimit-{name}", f"no RateLimit-{name} {on}"
    for seconds, limit in expected.windows:
        period = PERIODS[seconds]
        if said.limits.get(seconds) != limit:
            yield f"X-RateLimit-Limit-{period}", f"{said.limits.get(seconds, 'none')} {on}"
        if seconds not in said.left:
            yield f"X-RateLimit-Remaining-{period}", f"none {on}"
    if said.limit is None or said.remaining is None:
        return
    if (said.limit, said.remaining) != (binding := _binding(said, expected)) and binding:
        observed = f"{said.remaining} of {said.limit} {on}, where {binding[1]} of {binding[0]} are left"
        yield "RateLimit-Limit and -Remaining of the window with the least left", observed
    last = before.get("" if expected.shared else server_of(step))
    yield from _falling(said, last, seen.denies(step), expected)


def _binding(said: Told, expected: Promise) -> tuple[int, int] | None:
    """(limit, left) of the window with the least left; of equals the longer one."""
    known = [(left, -seconds) for seconds, left in said.left.items() if seconds in said.limits]
    if not known:
        return None
    left, seconds = min(known)
    return said.limits[-seconds], left


def _falling(said: Told, last: Told | None, denied: bool, expected: Promise) -> Iterator[tuple[str, str]]:
    """Each request takes one; a window that began gives all back."""
    now = said.left_in(expected.window, expected.limit)
    if now is None:
        return
    if now >= expected.limit:
        yield "RateLimit-Remaining below the limit", f"{now} left after a request, of {expected.limit}"
    former = last.left_in(expected.window, expected.limit) if last else None
    if former is None or not expected.own or denied:
        return
    began = now == expected.limit - 1  # the first of a window
    if now < former - 1 or (now == former and not began):
        kind = "RateLimit-Remaining that falls by one with each request"
        yield kind, f"{now} left after {former}"


WRONG_HEADERS = Check(
    id="limiter.wrong-headers",
    severity=Severity.MAJOR,
    catches="RateLimit headers that are missing, tell of another limit than the configured one, or do not "
    "fall with each request: clients pace themselves by them.",
    remedy="Look at what else changes headers (a response-transformer, the front), and at which limiter "
    "instance is effective on the route.",
    source=f"RL02; {_DRAFT}; Kong 3.4, rate-limiting",
    targets=limited_routes,
    observes=lambda environment, target: (measured(environment, target),),
    expects=promise_of,
    requires=_needs,
    judge=_judge_headers,
    effect=Effect.SPENDS,
)


def _judge_reset(seen: tuple[LimiterSeen], expected: Promise) -> Verdict:
    (measured_,) = seen
    if reason := unanswered(*measured_.steps):
        return reason
    kinds: dict[str, Finding] = {}
    offsets: dict[str, list[float]] = {}
    for step in measured_.steps:
        said, date = told(step), _date(step)
        if date is not None:
            offsets.setdefault(server_of(step), []).append(date - step.sent_at)
        window = next(
            (seconds for seconds, limit in said.limits.items() if limit == said.limit), expected.window
        )
        if said.reset is None:
            continue
        length = window_name(window)
        if not 1 <= said.reset <= window:
            promise = f"RateLimit-Reset between 1 and {window:g} s, in a window of {length}"
            kinds.setdefault("range", expected.finding(f"{said.reset} s", promise))
        elif date is not None and min((date + said.reset) % window, -(date + said.reset) % window) > 1:
            promise = f"RateLimit-Reset at the end of a window that begins with each {length.split()[-1]}"
            told_at = datetime.fromtimestamp(date).strftime("%H:%M:%S")
            kinds.setdefault(
                "clock", expected.finding(f"{said.reset} s at {told_at} by the answer's Date", promise)
            )
    clocks = {server: median(found) for server, found in offsets.items()}
    if clocks and max(clocks.values()) - min(clocks.values()) > _CLOCKS:
        apart = max(clocks.values()) - min(clocks.values())
        promise = "nodes with the same time, which begin their windows together"
        kinds["nodes"] = expected.finding(f"their clocks are {apart:.0f} s apart", promise)
    return list(kinds.values())


def _date(exchange: Exchange) -> float | None:
    """The answer's Date in Unix seconds."""
    value = exchange.response.header("Date") if exchange.response else None
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except ValueError:
        return None


WRONG_RESET = Check(
    id="limiter.wrong-reset",
    severity=Severity.MINOR,
    catches="A RateLimit-Reset that is none of the window's seconds, or nodes whose clocks differ, so that "
    "each begins its windows at another time.",
    remedy="Synchronise the nodes' clocks (NTP); look at what else sets the header.",
    source=f"RL03; {_DRAFT}; Kong 3.4, rate-limiting get_window",
    targets=limited_routes,
    observes=lambda environment, target: (measured(environment, target),),
    expects=promise_of,
    requires=lambda environment, target: ((WRONG_HEADERS, target),),
    judge=_judge_reset,
    effect=Effect.SPENDS,
)


def _judge_recovery(seen: tuple[LimiterSeen, Exchange], expected: Promise) -> Verdict:
    measured_, later = seen
    for denial in measured_.denied:
        # In a window that began meanwhile: who sticks denies there too.
        if left := told(denial).left_in(expected.window, expected.limit):
            return [expected.finding(f"denied, with {left} left", "no denial while something is left")]
    if later.failure:
        told_why = f"the request after the wait had no answer: {later.failure}"
        return not_measured(later.failure) or Inconclusive(told_why)
    last = max(each.sent_at for each in measured_.denied)
    waited = f"{later.sent_at - last:.1f} s after the last denial"
    promise = f"a request is served again when the window of {window_name(expected.window)} is over"
    if measured_.denies(later):
        if not expected.own:
            return Inconclusive(f"denied {waited}, where others may have used the window up")
        after = next((f" (Retry-After: {told(each).retry_after})" for each in measured_.denied[-1:]), "")
        return [expected.finding(f"still denied {waited}{after}", promise)]
    left = told(later).left_in(expected.window, expected.limit)
    if left is not None and expected.own and left != expected.limit - 1:
        return [
            expected.finding(f"served {waited}, with {left} left of {expected.limit}", "a whole budget again")
        ]
    return []


STICKS = Check(
    id="limiter.sticks",
    severity=Severity.CRITICAL,
    catches="A limiter that goes on denying when its window is over, or gives only part of the budget back.",
    remedy="Look at the store's clock and at the expiry of its keys; for HAProxy, at the period of the stick "
    "table's rate: a client is denied until the rate over one period has fallen.",
    source="RL05; HAProxy 2.8, src/freq_ctr.c",
    targets=exhaustible,
    observes=lambda environment, target: (measured(environment, target), recovered(environment, target)),
    expects=promise_of,
    requires=enforced,
    judge=_judge_recovery,
    effect=Effect.SPENDS,
)

CHECKS: tuple[Check, ...] = (WRONG_HEADERS, WRONG_RESET, STICKS)

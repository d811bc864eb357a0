"""Whether an answer over HTTP is as it must be: of journeys' steps and http probes alike. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from atalaia.environment.units import format_duration
from atalaia.exchange import pointer
from atalaia.exchange.failure import Reason as FailureReason
from atalaia.exchange.response import Response
from atalaia.exchange.scrub import cut, scrub
from atalaia.exchange.timed import Timed
from atalaia.systems.health import read_health
from probes import pattern
from probes.expected import Expected
from probes.model import Reason

_ABOUT_OURSELVES = {FailureReason.SOURCE, FailureReason.STALLED}
_EXCERPT = 100
"""Characters of a body that a message tells."""
_IN_TIME = f"within {pattern.PATIENCE * 1000:.0f} ms: write it without repetitions within repetitions"


@dataclass(frozen=True)
class Wrong:
    """One thing that is not as it must be."""

    reason: Reason
    detail: str


def failed(timed: Timed) -> Wrong | None:
    """Why no whole answer came; None where one did."""
    if timed.failure is None:
        return None
    if timed.refused:
        return Wrong(Reason.CERTIFICATE, timed.failure.detail)
    return Wrong(reason_of(timed.failure.reason), timed.failure.detail)


def reason_of(reason: FailureReason) -> Reason:
    """The reason of a probe, by that of an exchange."""
    return Reason.UNMEASURED if reason in _ABOUT_OURSELVES else Reason(reason.value)


def judge(timed: Timed, expected: Expected, *, health: bool = False) -> tuple[Wrong, ...]:
    """All that is wrong, what matters most first; nothing where the answer is as it must be."""
    if wrong := failed(timed):
        return (wrong,)
    assert timed.response is not None, "what did not fail was answered"
    return tuple(_wrongs(timed, timed.response, expected, health=health))


def _wrongs(timed: Timed, response: Response, expected: Expected, *, health: bool) -> Iterator[Wrong]:
    yield from _status(response, expected)
    if expected.headers:
        yield from _headers(response, expected)
    if expected.body is not None:
        yield from _body(response, expected.body)
    if expected.json_values:
        yield from _values(response, expected)
    if health:
        yield from _health(response)
    if soon := expires_soon(timed, expected.certificate):
        yield soon
    if expected.latency and timed.elapsed > expected.latency.total_seconds():
        within = format_duration(expected.latency)
        yield Wrong(Reason.LATENCY, f"{timed.elapsed * 1000:.0f} ms; within {within} wanted")


def expires_soon(timed: Timed, at_least: timedelta | None) -> Wrong | None:
    """Whether a certificate is not good for as long as it must be."""
    if at_least is None or timed.tls is None or timed.tls.expiry is None:
        return None
    left = timed.tls.expiry - timed.started
    if left >= at_least.total_seconds():
        return None
    wanted = format_duration(at_least)
    return Wrong(Reason.CERTIFICATE, f"good for another {left / 86400:.1f} days; at least {wanted} wanted")


def _status(response: Response, expected: Expected) -> Iterator[Wrong]:
    status = response.status
    if status in expected.status or (not expected.status and 200 <= status < 300):
        return
    wanted = _statuses(expected.status) or "2xx"
    detail = f"{status}; {wanted} wanted{excerpt(response)}"
    if status == 429:
        # The limiter counts whoever shares our address: it says nothing about what is behind it.
        yield Wrong(Reason.UNMEASURED, f"a limiter has no more for us: {detail}")
    elif status in {401, 403, 407}:
        yield Wrong(Reason.AUTH, detail)
    else:
        yield Wrong(Reason.STATUS, detail)


def _statuses(statuses: tuple[int, ...]) -> str:
    """`200 or 400-428`: neighbours in one."""
    told: list[tuple[int, int]] = []
    for status in sorted(set(statuses)):
        first = told.pop()[0] if told and told[-1][1] == status - 1 else status
        told.append((first, status))
    return " or ".join(str(first) if first == last else f"{first}-{last}" for first, last in told)


def excerpt(response: Response) -> str:
    """The beginning of an error's body for a message, without what would let its reader in.

    Of an error only: what another answer says is data, and may be a token that nobody knows as yet.
    """
    text = " ".join(scrub(response).text().split()) if response.body and response.status >= 400 else ""
    if not text or not text.isprintable():
        return ""
    return f": {text if len(text) <= _EXCERPT else cut(text, _EXCERPT) + '…'}"


def _body(response: Response, wanted: str) -> Iterator[Wrong]:
    cut = ", as far as it was read" if response.truncated else ""
    try:
        if not pattern.found(wanted, response.text()):
            yield Wrong(Reason.BODY, f"the body does not match {wanted!r}{cut}")
    except pattern.TooLong:
        yield Wrong(Reason.BODY, f"whether the body matches {wanted!r} is not found out {_IN_TIME}")


def _headers(response: Response, expected: Expected) -> Iterator[Wrong]:
    for name, wanted in expected.headers:
        values = response.all(name)
        try:
            if not any(pattern.found(wanted, value) for value in values):
                found = "does not match" if values else "is not there; it must match"
                yield Wrong(Reason.HEADER, f"{name} {found} {wanted!r}")
        except pattern.TooLong:
            yield Wrong(Reason.HEADER, f"whether {name} matches {wanted!r} is not found out {_IN_TIME}")


def _values(response: Response, expected: Expected) -> Iterator[Wrong]:
    try:
        document = response.json()
    except ValueError:
        yield Wrong(Reason.BODY, "the body is no JSON")
        return
    for place, wanted in expected.json_values:
        try:
            right = pointer.same(pointer.at(document, place), wanted)
        except pointer.NotThere as nothing:
            yield Wrong(Reason.BODY, str(nothing))
            continue
        if not right:
            yield Wrong(Reason.BODY, f"{place or 'the document'} is not {wanted!r}")


def _health(response: Response) -> Iterator[Wrong]:
    if response.truncated:
        yield Wrong(Reason.BODY, "a health document beyond the size that is read")
        return
    said = read_health(response.body)
    if said.fault:
        yield Wrong(Reason.BODY, said.fault)
    elif said.up is False:
        yield Wrong(Reason.BODY, f"{response.status} and “{said.claim}”")

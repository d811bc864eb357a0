"""Words for answers: who said what, and when an answer decides nothing."""

from __future__ import annotations

import re

from atalaia.checks.check import Finding, Inconclusive
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.document import excerpt

_TAGS = re.compile(rb"(?is)<(script|style).*?</\1>|<[^>]*>")
_NAMES = {Hop.LOAD_BALANCER: "HAProxy", Hop.GATEWAY: "Kong", Hop.SERVICE: "the service"}


def undecided(*exchanges: Exchange) -> Inconclusive | None:
    """Why exchanges decide nothing: this machine could not measure, or others have used a limiter up."""
    for exchange in exchanges:
        if reason := not_measured(exchange.failure):
            return reason
        if exchange.response and exchange.response.status == 429:
            who = _NAMES.get(exchange.answered_by, "a limiter")
            return Inconclusive(f"{who} answered 429 to {exchange.url}: its limit was used up before")
    return None


def not_measured(failure: Failure | None) -> Inconclusive | None:
    """Inconclusive where it is this machine that could not send, or could not wait."""
    if failure and failure.reason is Reason.SOURCE:
        return Inconclusive(f"not sent: {failure.detail}")
    if failure and failure.reason is Reason.STALLED:
        return Inconclusive(failure.detail)
    return None


def describe(exchange: Exchange) -> str:
    """What came back: `Kong answered 404: {"message": …}`, `no answer: timeout after 5.0 s`."""
    if exchange.failure or exchange.response is None:
        return (
            f"no whole answer: {exchange.failure}" if exchange.response else f"no answer: {exchange.failure}"
        )
    who = _NAMES.get(exchange.answered_by, "somebody")
    return f"{who} answered {summary(exchange.response)}"


def summary(response: Response) -> str:
    """Status and what the body says, on one line: `404: no Route matched with those values`."""
    said = excerpt(_message(response), 100)
    return f"{response.status}: {said}" if said else f"{response.status} with an empty body"


def _message(response: Response) -> bytes:
    """The message of an error document, the text of an HTML page, or the body as it is."""
    if response.body.lstrip()[:1] == b"<":
        return _TAGS.sub(b" ", response.body).removeprefix(b" ")
    try:
        document = response.json()
    except ValueError:
        return response.body
    message = document.get("message") if isinstance(document, dict) else None
    return message.encode() if isinstance(message, str) and message else response.body


def where(exchange: Exchange, sent_to: Hop) -> str:
    """The hop that a finding points at: the one that answered, or the one that was asked."""
    answered = exchange.answered_by
    return (sent_to if answered is Hop.UNKNOWN or exchange.response is None else answered).value


def not_ok(exchange: Exchange, expected: str, sent_to: Hop) -> list[Finding]:
    """A finding where no whole answer with a status of 2xx came."""
    response = exchange.response
    if exchange.failure is None and response is not None and 200 <= response.status < 300:
        return []
    return [Finding(expected=expected, observed=describe(exchange), hop=where(exchange, sent_to))]


def succeeded(exchange: Exchange) -> bool:
    """Whether a whole answer with a status of 2xx came."""
    return not not_ok(exchange, "", Hop.UNKNOWN)

"""The id of a request: given, unique, passed on, and the client's own kept (RT14)."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.routing.causes import TRANSFORMERS, Taken
from atalaia.checks.routing.echo import echo, echo_nodes, echo_taken, echoing, read_echo
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest

_OWN = "atalaia-0b9ad3c5-5f0e-4d35-9c53-6a1f4d1f0a77"
"""An id as a client would send it."""
_GATEWAY = Hop.GATEWAY.value


def _nodes(environment: Environment) -> tuple[str, ...] | NotDeclared:
    if environment.gateway is None or environment.gateway.correlation_header is None:
        return NotDeclared("gateway.correlation_header")
    return echo_nodes(environment)


def _header(environment: Environment, target: str) -> str:
    assert environment.gateway is not None, "the check's targets are its nodes"
    assert environment.gateway.correlation_header is not None, "the check's targets have one"
    return environment.gateway.correlation_header


@dataclass(frozen=True)
class Id:
    """The header of the id, and the request that must have it."""

    header: str
    taken: Taken

    def cause(self, *names: str) -> str:
        """Where the first of these plugins is that touches the header; else the one that gives the id."""
        blamed = self.taken.blamed
        return blamed.plugin(*names, naming=self.header) or blamed.plugin("correlation-id")


def _id(environment: Environment, endpoint: str) -> Id:
    return Id(_header(environment, endpoint), echo_taken(environment, endpoint))


def _without(environment: Environment, endpoint: str) -> tuple[HttpRequest, HttpRequest]:
    """Two requests without an id."""
    name = _header(environment, endpoint)
    one, other = (echo(environment, endpoint, f"without {name}, {n}", without=(name,)) for n in ("1", "2"))
    return one, other


def _with(environment: Environment, endpoint: str) -> HttpRequest:
    name = _header(environment, endpoint)
    return echo(environment, endpoint, f"with {name}", headers=((name, _OWN),))


def _finding(expected: str, observed: str, cause: str) -> list[Finding]:
    return [Finding(expected=expected, observed=observed, hop=_GATEWAY, cause=cause)]


def _told(exchange: Exchange, name: str) -> str | None:
    return exchange.response.header(name) if exchange.response else None


def _judge_missing(seen: tuple[Exchange, Exchange], expected: Id) -> Verdict:
    found = read_echo(seen[0])
    if isinstance(found, Inconclusive):
        return found
    if _told(seen[0], expected.header):
        return []
    return _finding(
        f"{expected.header} in the answer to a request without one",
        "no such header",
        expected.cause("response-transformer"),
    )


MISSING = Check(
    id="route.correlation-id-missing",
    severity=Severity.MAJOR,
    catches="Answers without an id: what a user reports cannot be found in any log.",
    remedy="Add the correlation-id plugin for all routes, with header_name and echo_downstream: true.",
    source="RT14; Kong's correlation-id plugin",
    targets=_nodes,
    observes=_without,
    expects=_id,
    requires=echoing,
    judge=_judge_missing,
)


def _judge_forwarded(seen: tuple[Exchange, Exchange], expected: Id) -> Verdict:
    found = read_echo(seen[0])
    if isinstance(found, Inconclusive):
        return found
    given, told = found.header(expected.header), _told(seen[0], expected.header)
    if given and given == told:
        return []
    observed = "the service sees another one than the client" if given else "the service sees none"
    promise = f"the {expected.header} of the answer is the one that the service saw"
    return _finding(promise, observed, expected.cause(*reversed(TRANSFORMERS)))


NOT_FORWARDED = Check(
    id="route.correlation-id-not-forwarded",
    severity=Severity.MAJOR,
    catches="An id that the gateway tells the client and not the service: their logs cannot be joined.",
    remedy="Let the correlation-id plugin give the id, which sets it on the request too; not a "
    "transformer of answers.",
    source="RT14",
    targets=_nodes,
    observes=_without,
    expects=_id,
    requires=lambda environment, target: ((MISSING, target),),
    judge=_judge_forwarded,
)


def _judge_repeated(seen: tuple[Exchange, Exchange], expected: Id) -> Verdict:
    for exchange in seen:
        found = read_echo(exchange)
        if isinstance(found, Inconclusive):
            return found
    first, second = (_told(exchange, expected.header) for exchange in seen)
    if first != second:
        return []
    promise = f"another {expected.header} for every request"
    return _finding(promise, "two requests got the same one", expected.cause(*TRANSFORMERS))


REPEATED = Check(
    id="route.correlation-id-repeated",
    severity=Severity.MAJOR,
    catches="An id that several requests share, and that so tells none of them.",
    remedy="Look for what sets the header before the plugin does, and at the plugin's generator.",
    source="RT14",
    targets=_nodes,
    observes=_without,
    expects=_id,
    requires=lambda environment, target: ((NOT_FORWARDED, target),),
    judge=_judge_repeated,
)


def _judge_kept(seen: tuple[Exchange], expected: Id) -> Verdict:
    found = read_echo(seen[0])
    if isinstance(found, Inconclusive):
        return found
    wrong = [
        f"{who} {'another one' if value else 'none'}"
        for who, value in (
            ("the service sees", found.header(expected.header)),
            ("the client is told", _told(seen[0], expected.header)),
        )
        if value != _OWN
    ]
    if not wrong:
        return []
    promise = f"a client's own {expected.header} is kept"
    return _finding(promise, ", ".join(wrong), expected.cause(*TRANSFORMERS))


NOT_KEPT = Check(
    id="route.correlation-id-not-kept",
    severity=Severity.MINOR,
    catches="An id of the client's own that the gateway replaces: a trace that began before it breaks off.",
    remedy="Let nothing remove or overwrite the header before the correlation-id plugin, which keeps one "
    "that is there.",
    source="RT14",
    targets=_nodes,
    observes=lambda environment, target: (_with(environment, target),),
    expects=_id,
    requires=lambda environment, target: ((NOT_FORWARDED, target),),
    judge=_judge_kept,
)

CHECKS: tuple[Check, ...] = (MISSING, NOT_FORWARDED, REPEATED, NOT_KEPT)

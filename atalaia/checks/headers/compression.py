"""Compression where the profile promises it, and what caches must know of it."""

from __future__ import annotations

from atalaia.checks.addresses import all_of
from atalaia.checks.check import Check, Finding, NotDeclared, Severity
from atalaia.checks.headers.normal import Expected, expected, first_of_its_kind, judging_answers
from atalaia.checks.headers.places import place, reached, request, seen_by_clients
from atalaia.environment import Environment
from atalaia.exchange.response import Response

WORTH = 1024
"""Bytes from which on it is worth it."""
_ENCODINGS = frozenset({"gzip", "br", "deflate", "zstd"})


def _compressed(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = seen_by_clients(environment)
    if isinstance(found, NotDeclared):
        return found
    promised = tuple(target for target in found if place(environment, target).profile.compression)
    return promised or NotDeclared("header_profiles with compression: true")


def _judge(response: Response, expected: Expected) -> list[Finding]:
    hop = expected.hop.value
    encoding = (response.header("Content-Encoding") or "identity").strip().lower()
    if encoding not in _ENCODINGS:
        if len(response.body) < WORTH:
            return []  # nothing was promised for so short an answer
        wanted = f"an answer of {len(response.body)} bytes compressed for `Accept-Encoding: gzip`"
        return [Finding(expected=wanted, observed=f"Content-Encoding: {encoding}", hop=hop)]
    named = {name.strip().lower() for value in response.all("Vary") for name in value.split(",")}
    if named & {"accept-encoding", "*"}:
        return []
    told = ", ".join(response.all("Vary")) or "no Vary"
    wanted = "Vary: Accept-Encoding on a compressed answer"
    return [Finding(expected=wanted, observed=f"{encoding}, and {told}", hop=hop)]


UNCOMPRESSED: Check = Check(
    id="headers.uncompressed",
    severity=Severity.MINOR,
    catches="Answers of 1 KiB and more that are not compressed though it is promised, or compressed without "
    "telling caches, which then give them to clients that cannot read them.",
    remedy="HAProxy: `compression algo gzip`, `compression type application/json`; it adds the Vary itself.",
    source="RFC 9110, 8.4 and 12.5.5; HAProxy, compression",
    targets=_compressed,
    observes=lambda environment, target: (request(environment, target),),
    expects=expected,
    requires=lambda environment, target: all_of(
        reached(environment, target),
        first_of_its_kind(lambda: UNCOMPRESSED, environment, target, clients_only=True),
    ),
    judge=judging_answers(_judge),
)

CHECKS: tuple[Check, ...] = (UNCOMPRESSED,)

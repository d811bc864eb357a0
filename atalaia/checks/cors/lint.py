"""What the entries of a cors plugin mean in practice, where that is not what they look like (CO10)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, given_of, unless_given
from atalaia.checks.cors.policies import kong_version
from atalaia.checks.cors.words import reader
from atalaia.checks.origins import serialised
from atalaia.checks.routing.declaration import WHOLE, accepted
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.entities import Configuration, Plugin
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.versions import V3_8, Version

_LITERAL = re.compile(r"[A-Za-z0-9.:/-]+")
"""Kong takes an entry of these signs for an origin, any other for a regular expression."""
_DOT = re.compile(r"\.(?![*+?{])")
"""A single dot, which nobody writes who means any sign."""


@dataclass(frozen=True)
class Misreading:
    """What an entry should be, and what Kong makes of it."""

    expected: str
    observed: str


def misreadings(origins: Sequence[str], version: Version) -> Iterator[tuple[int, Misreading]]:
    """(position, misreading) of the entries of a plugin's `origins` that mean something else.

    Kong 3.4: a single literal entry is returned as it stands, whatever the request's Origin; entries of
    a list are compared with it; an expression is anchored at both ends.
    """
    for position, text in enumerate(origins):
        if text == "*":
            if len(origins) > 1:
                yield position, _star(version)
        elif _LITERAL.fullmatch(text):
            if said := _literal(text, alone=len(origins) == 1):
                yield position, said
        else:
            yield from ((position, said) for said in _expression(text))


def _star(version: Version) -> Misreading:
    expected = "`*` alone, or a list of origins without it"
    if version >= V3_8:
        return Misreading(expected, "`*` in a list: any origin, and the others mean nothing (since Kong 3.8)")
    return Misreading(
        expected, "`*` in a list: lets nobody in (and anybody from Kong 3.8 on: the upgrade opens it)"
    )


def _literal(text: str, *, alone: bool) -> Misreading | None:
    if text == "null":
        return None  # matches what it says; whether it may is the policy's to say
    written = "an origin as browsers send it: scheme, host, and port where it is not the scheme's own"
    if "://" not in text:
        effect = "is sent as it is, and no browser accepts it" if alone else "never matches: it has no scheme"
        return Misreading(f"{written}: https://{text}", f"{text!r} {effect}")
    sent = _as_sent(text)
    if text == sent:
        return None
    if alone:
        return Misreading(
            f"{written}: {sent}", f"{text!r} is sent as it is, and browsers compare it with {sent!r}"
        )
    scheme_and_host = text.split("/", 3)[:3]
    if "/".join(scheme_and_host) != "/".join(scheme_and_host).lower():
        return Misreading(f"{written}: {sent}", f"{text!r} never matches: browsers send small letters")
    return None


def _as_sent(text: str) -> str:
    return serialised("/".join(text.split("/", 3)[:3]))


def _expression(text: str) -> Iterator[Misreading]:
    pattern = text.removesuffix("$").removeprefix("^")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        yield Misreading(
            "a regular expression, or an origin", f"{text!r} is no regular expression: never matches"
        )
        return
    if ":" not in text:
        yield Misreading(
            "an expression with its scheme: https://…",
            f"{text!r} has no `:`, so it is compared with the host alone: http and any port are let in",
        )
    bare = _without_classes(pattern)
    if found := _DOT.search(bare):
        yield Misreading(
            "every dot of a name escaped: `\\.`",
            f"{text!r} has a dot that stands for any sign{_let_in(pattern, found.start())}",
        )
    if _splits(bare):
        yield Misreading(
            "alternatives in brackets: `(a|b)`",
            f"{text!r}: only the last alternative is anchored at its end; what begins like another is let in",
        )


def _let_in(pattern: str, dot: int) -> str:
    """An origin that the dot lets in, where the rest is plain enough to make one."""
    origin = (pattern[:dot] + "x" + pattern[dot + 1 :]).replace("\\", "")
    return f": {reader(origin)} is let in" if _LITERAL.fullmatch(origin) and ":" in origin else ""


def _without_classes(pattern: str) -> str:
    """The pattern with its character classes and escaped signs blanked, of the same length."""
    return re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", lambda found: "_" * len(found[0]), pattern)


def _splits(pattern: str) -> bool:
    """Whether an alternative stands outside of every bracket."""
    depth = 0
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            return True
    return False


@dataclass(frozen=True)
class Reading:
    """The file, if there is one, and the version that reads it."""

    file: Given | None
    version: Version


def _judge(seen: tuple[Any, ...], expected: Reading) -> Verdict:
    given = configured(expected.file, seen)
    if isinstance(given, Inconclusive):
        return given
    assert given.configuration is not None, "the configuration was accepted"
    return [
        Finding(
            expected=said.expected,
            observed=f"{said.observed} ({_applies_to(plugin, given.configuration)})",
            hop=Hop.GATEWAY.value,
            cause=given.line(plugin, "config", "origins", position),
        )
        for plugin in given.configuration.plugins
        if plugin.name == "cors" and plugin.enabled
        for position, said in misreadings(tuple(plugin.config.get("origins") or ()), expected.version)
    ]


def _applies_to(plugin: Plugin, configuration: Configuration) -> str:
    for route in configuration.routes:
        if route.id == plugin.route:
            return f"on route {route.name or route.id}"
    for service in configuration.services:
        if service.id == plugin.service:
            return f"on service {service.name or service.id}"
    return "on every route" if plugin.consumer is None else "for a consumer"


def _gateway(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return (WHOLE,) if environment.gateway_nodes() else NotDeclared("gateway")


MISLEADING = Check(
    id="cors.misleading-origin",
    severity=Severity.MAJOR,
    catches="An entry of a cors plugin that does not mean what it looks like: no scheme, `*` in a list, an "
    "unescaped dot, an expression that is compared with the host alone, a slash at the end.",
    remedy="Write each origin whole, as browsers send it (https://app.example); escape the dots of an "
    "expression and put alternatives in brackets.",
    source="CO10; Kong 3.4, kong/plugins/cors/handler.lua; Kong#13919, Kong#13334",
    targets=_gateway,
    observes=lambda environment, target: unless_given(environment),
    expects=lambda environment, target: Reading(given_of(environment), kong_version(environment)),
    requires=lambda environment, target: accepted(environment),
    judge=_judge,
)

CHECKS: tuple[Check, ...] = (MISLEADING,)

"""Cases: what a check does to the stack must be allowed, by its effect and by what it sends."""

from __future__ import annotations

import json

import pytest

from atalaia.checks.check import Check, Severity
from atalaia.environment import Effect, Environment, Url
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest, HttpSequence
from atalaia.run.case import Cases
from atalaia.run.results import SkipKind

URL = Url(scheme="http", host="127.0.0.1", port=1)


def environment(safety: str) -> Environment:
    return Environment.model_validate_json(json.dumps({"name": "e", "safety": safety}))


def sends(request: HttpRequest, effect: Effect = Effect.READS, sequence: bool = False) -> Check:
    seen = HttpSequence(key="s", hop=Hop.SERVICE, steps=(request,)) if sequence else request
    return Check(
        id="c",
        severity=Severity.MAJOR,
        catches="",
        remedy="",
        source="",
        targets=lambda environment: ("t",),
        observes=lambda environment, target: (seen,),
        judge=lambda seen, expected: [],
        effect=effect,
    )


def request(method: str, harmless: bool = False) -> HttpRequest:
    return HttpRequest(key="r", hop=Hop.SERVICE, url=URL, target="/", method=method, harmless=harmless)


@pytest.mark.parametrize("sequence", [False, True])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("safety", ["staging", "production"])
def test_only_safe_methods_are_sent_outside_the_sandbox(safety, method, sequence):
    (case,) = Cases(environment(safety)).of(sends(request(method), sequence=sequence))
    assert case.skip.kind is SkipKind.NOT_ALLOWED
    assert method in case.skip.reason
    assert case.observables == ()


@pytest.mark.parametrize(
    ("safety", "sent"),
    [
        ("production", request("GET")),
        ("production", request("HEAD")),
        ("production", request("OPTIONS")),
        ("production", request("POST", harmless=True)),
        ("sandbox", request("DELETE")),
    ],
)
def test_what_is_safe_or_declared_harmless_or_in_the_sandbox_is_sent(safety, sent):
    (case,) = Cases(environment(safety)).of(sends(sent))
    assert case.skip is None
    assert case.observables == (sent,)


@pytest.mark.parametrize(
    ("safety", "effect", "allowed"),
    [
        ("production", Effect.SPENDS, False),
        ("staging", Effect.SPENDS, True),
        ("staging", Effect.WRITES, False),
        ("staging", Effect.PAGES, False),
        ("sandbox", Effect.PAGES, True),
    ],
)
def test_an_effect_needs_a_safety_that_permits_it(safety, effect, allowed):
    (case,) = Cases(environment(safety)).of(sends(request("GET"), effect))
    assert (case.skip is None) is allowed

"""Requests and journeys of the scenario's own."""

from __future__ import annotations

from atalaia.environment.faults import listed
from loadtests.plan import Request
from loadtests.scenario.drafting.draft import Draft, request_of, typed
from loadtests.scenario.drafting.way import Way, spreads, with_token
from loadtests.scenario.expected import expected_of
from loadtests.scenario.mix import Entry


def of_path(entry: Entry, way: Way) -> Draft:
    """One request. Raises Mistake where it must not be sent, or names a scheme that is not declared."""
    assert entry.path is not None, "it is of this kind"
    way.may_send(entry.method, "method", harmless=entry.harmless)
    path = way.target.path(entry.path)
    headers = typed(entry.headers.items(), entry.json_body)
    scheme = way.scheme(entry.bearer, path, entry.method, anonymous=entry.anonymous)
    spread = False
    if scheme:
        declared = way.declared(scheme)
        spread = spreads(headers, declared)
        headers = with_token(headers, declared, tenants=spread)
    # Without its query: that is long, and may hold what nobody is to read in a report.
    name = entry.name or way.redacted(f"{entry.method} {entry.path.partition('?')[0]}")
    request = Request(
        name=name,
        method=entry.method,
        path=path,
        headers=headers,
        body=entry.json_body,
        expected=expected_of(entry.expect),
    )
    return Draft(way.index, name, entry.weight, (request,), scheme, spread, entry.data)


def of_steps(entry: Entry, way: Way) -> Draft:
    """A journey: one tenant for all of its steps. Raises Mistake as `of_path`, and where steps want tokens
    of several schemes."""
    assert entry.name is not None, "the loader asks for it"
    for number, step in enumerate(entry.steps):
        way.may_send(step.method, "steps", number, "method", harmless=step.harmless)
    paths = [way.target.path(step.path) for step in entry.steps]
    schemes = [
        way.scheme(entry.bearer, path, step.method, anonymous=entry.anonymous)
        for path, step in zip(paths, entry.steps, strict=True)
    ]
    several = sorted({scheme for scheme in schemes if scheme})
    if len(several) > 1:
        what = f"its steps take tokens of several schemes: {listed(several)}"
        raise way.mistake(what, "steps", allowed="one scheme a journey; say it by `bearer`")
    declared = way.declared(several[0]) if several else None
    headers = [typed(step.headers.items(), step.json_body) for step in entry.steps]
    spread = declared is not None and all(spreads(each, declared) for each in headers)
    requests = tuple(
        request_of(
            step,
            f"{entry.name}/{step.name}",
            path,
            with_token(its, declared, tenants=spread) if declared and scheme else its,
        )
        for step, path, its, scheme in zip(entry.steps, paths, headers, schemes, strict=True)
    )
    scheme = several[0] if several else None
    return Draft(way.index, entry.name, entry.weight, requests, scheme, spread, entry.data)

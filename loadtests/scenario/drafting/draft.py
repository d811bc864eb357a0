"""What one arrival does, while it is being planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from atalaia.environment.probes import Step
from loadtests.plan import Request
from loadtests.scenario.expected import expected_of

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Draft:
    """What one arrival does; its tokens stand for themselves as `{atalaia-token}`."""

    index: int
    """Of the entry in the file; of those by default where the file says no mix."""
    name: str
    weight: float
    requests: tuple[Request, ...]
    scheme: str | None = None
    """Whose tokens it is filled with."""
    spread: bool = False
    """Whether by all tenants in turn; else by the first."""
    data: str | None = None
    """Name of the scenario's table that it is filled from."""


def typed(headers: Iterable[tuple[str, str]], body: JsonValue) -> Headers:
    """The headers, and the type of the body where there is one and they do not say it."""
    given = tuple(headers)
    if body is None or any(name.lower() == "content-type" for name, _ in given):
        return given
    return (("Content-Type", "application/json"), *given)


def request_of(step: Step, name: str, path: str, headers: Headers) -> Request:
    """A journey's step as it is sent to a path, with these headers."""
    return Request(
        name=name,
        method=step.method,
        path=path,
        headers=headers,
        body=step.json_body,
        expected=expected_of(step.expect),
        saves=tuple(step.save.items()),
        always=step.always,
    )

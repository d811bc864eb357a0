"""Whether an answer is as expected, and what later steps take from it. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import regex
from pydantic import JsonValue

from atalaia.environment.expressions import as_regex
from atalaia.exchange import pointer
from loadtests.plan import Request

PATIENCE = 0.05
"""Seconds for one look of an expression at one answer: every other answer waits as long."""
_NOT_JSON = "body: not JSON"


@dataclass(slots=True)
class Answer:
    """A whole answer; head and body only where something asks for them."""

    status: int
    head: bytes = b""
    body: bytes = b""
    _document: list[Any] = field(default_factory=list)

    def document(self) -> Any:
        """The body as JSON. Raises ValueError."""
        if not self._document:
            try:
                self._document.append(json.loads(self.body))
            except RecursionError as error:  # the target's doing, and no defect of the generator
                raise ValueError("nested too deeply") from error
        return self._document[0]

    def headers(self, name: str) -> list[str]:
        """The values of a header; of interim answers' heads nothing."""
        name = name.lower()
        found: list[str] = []
        for line in self.head.decode("latin-1").split("\r\n"):
            if line.startswith("HTTP/"):
                found = []
            key, colon, value = line.partition(":")
            if colon and key.lower() == name:
                found.append(value.strip())
        return found


Judge = Callable[[Answer], str | None]
"""None: as expected; else in few words why not."""


def judge(request: Request) -> Judge:
    """What tells whether an answer to this request is as expected."""
    expected = request.expected
    statuses = frozenset(expected.statuses or range(200, 300))
    looks: list[Judge] = []
    if expected.contains is not None:
        looks.append(_contains(expected.contains.encode()))
    if expected.matches is not None:
        looks.append(_matches(expected.matches))
    looks += [_header(name, pattern) for name, pattern in expected.headers]
    looks += [_value(place, value) for place, value in expected.values]

    def look(answer: Answer) -> str | None:
        if answer.status not in statuses:
            return str(answer.status)
        for one in looks:
            if wrong := one(answer):
                return wrong
        return None

    return look


def reads_body(request: Request) -> bool:
    """Whether an answer's body is looked at; else it is only read to its end."""
    expected = request.expected
    return bool(
        expected.contains is not None or expected.matches is not None or expected.values or request.saves
    )


def saved(request: Request, answer: Answer) -> Mapping[str, JsonValue] | str:
    """What later steps take from an answer; in few words why it cannot be taken."""
    found: dict[str, JsonValue] = {}
    for name, place in request.saves:
        try:
            found[name] = pointer.at(answer.document(), place)
        except pointer.NotThere:
            return f"body: nothing at {place}"
        except ValueError:
            return _NOT_JSON
    return found


def _contains(wanted: bytes) -> Judge:
    return lambda answer: None if wanted in answer.body else "body"


def _matches(pattern: str) -> Judge:
    return lambda answer: None if _found(pattern, answer.body.decode(errors="replace")) else "body"


def _header(name: str, pattern: str) -> Judge:
    words = f"header {name}"
    return lambda answer: None if any(_found(pattern, value) for value in answer.headers(name)) else words


def _value(place: str, wanted: JsonValue) -> Judge:
    words = f"body: {place}"

    def look(answer: Answer) -> str | None:
        try:
            return None if pointer.same(pointer.at(answer.document(), place), wanted) else words
        except pointer.NotThere:
            return words
        except ValueError:
            return _NOT_JSON

    return look


def _found(pattern: str, text: str) -> bool:
    try:
        return regex.search(as_regex(pattern), text, timeout=PATIENCE) is not None
    except TimeoutError:
        return False

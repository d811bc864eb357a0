"""A plan's requests, made ready once, so that sending one costs little. Pure."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urlsplit

from pydantic import JsonValue

from loadtests.generator import filling
from loadtests.generator.answers import Judge, judge, reads_body
from loadtests.generator.arrivals import Share
from loadtests.generator.filling import Filled, Values
from loadtests.plan import Entry, LoadPlan, Request, Table

_SAFE = {"GET", "HEAD", "OPTIONS"}
_BODIED = {"POST", "PUT", "PATCH"}


@dataclass(frozen=True)
class Ready:
    """A request that only lacks its values."""

    request: Request
    name: str
    method: str
    safe: bool
    """Whether it may be sent once more where a kept connection turns out closed."""
    judge: Judge
    reads_body: bool
    reads_head: bool
    saves: bool
    always: bool
    whole: bytes | None
    """Its bytes, where nothing in it is filled."""
    path: str | Filled
    head: str | Filled
    body: bytes | filling.Filling

    def encoded(self, values: Values) -> bytes:
        """The bytes to send. Raises KeyError, Unsendable."""
        if self.whole is not None:
            return self.whole
        path = self.path if isinstance(self.path, str) else self.path(values)
        head = self.head if isinstance(self.head, str) else self.head(values)
        body = self.body if isinstance(self.body, bytes) else self.body(values)
        return _message(self.method, path, head, body, sized=bool(body) or self.method in _BODIED)


@dataclass(frozen=True)
class Course:
    """What one arrival does: its requests, and where their values come from."""

    steps: tuple[Ready, ...]
    table: Table | None
    columns: tuple[str, ...]


def ready(plan: LoadPlan) -> tuple[Course, ...]:
    """The plan's entries. Raises ValueError where one would be sent elsewhere than to the plan's base."""
    return tuple(_course(plan, entry) for entry in plan.entries)


class Choice:
    """Which entry each arrival takes: each of them once, then by weight and seed; and which row of its table,
    in turn.

    By chance alone thirty arrivals reach 16 of 20 routes, and a smoke run would pass without the others.
    """

    def __init__(self, plan: LoadPlan, courses: Sequence[Course], share: Share) -> None:
        self._courses = courses
        self._share = share
        self._weights = list(accumulate(entry.weight for entry in plan.entries))
        self._chance = random.Random(f"{plan.seed}/{share.index}/{share.of}/entries")  # noqa: S311
        # In no order: entries in turn beside addresses in turn would keep an address to one route.
        self._unasked = list(range(share.index, len(plan.entries), share.of))
        self._chance.shuffle(self._unasked)
        self._tables = [entry.data for entry in plan.entries]
        self._rows = dict.fromkeys(plan.tables, share.index)

    def next(self) -> tuple[Course, dict[str, JsonValue]]:
        """The next arrival's course, and its row's values."""
        index = 0
        if self._unasked:
            index = self._unasked.pop()
        elif len(self._courses) > 1:
            at = self._chance.random() * self._weights[-1]
            index = min(bisect(self._weights, at), len(self._courses) - 1)
        course = self._courses[index]
        if course.table is None:
            return course, {}
        name = self._tables[index]
        assert name is not None
        row = self._rows[name]
        self._rows[name] = row + self._share.of
        rows = course.table.rows
        return course, dict(zip(course.columns, rows[row % len(rows)], strict=True))


def _course(plan: LoadPlan, entry: Entry) -> Course:
    table = plan.tables[entry.data] if entry.data is not None else None
    columns = table.columns if table else ()
    names = {*columns, *(name for request in entry.requests for name, _ in request.saves)}
    return Course(tuple(_ready(plan, request, names) for request in entry.requests), table, columns)


def _ready(plan: LoadPlan, request: Request, names: Collection[str]) -> Ready:
    if not request.path.startswith("/") or request.path.startswith("//"):
        raise ValueError(f"{request.name}: a path begins with one /, found {request.path!r}")
    path = filling.text(request.path, names, filling.in_path)
    head = filling.text(_head(plan.base, request), names, filling.in_header)
    body = b"" if request.body is None else filling.body(request.body, names)
    method = request.method.upper()
    whole = None
    if isinstance(path, str) and isinstance(head, str) and isinstance(body, bytes):
        whole = _message(method, path, head, body, sized=bool(body) or method in _BODIED)
    return Ready(
        request=request,
        name=request.name,
        method=method,
        safe=method in _SAFE,
        judge=judge(request),
        reads_body=reads_body(request),
        reads_head=bool(request.expected.headers),
        saves=bool(request.saves),
        always=request.always,
        whole=whole,
        path=path,
        head=head,
        body=body,
    )


def _head(base: str, request: Request) -> str:
    given = {name.lower() for name, _ in request.headers}
    lines = [f"{name}: {value}" for name, value in request.headers if name.lower() != "content-length"]
    if "host" not in given:
        lines.insert(0, f"Host: {urlsplit(base).netloc.rpartition('@')[2]}")
    if "user-agent" not in given:
        lines.append("User-Agent: atalaia-load")
    if "accept" not in given:
        lines.append("Accept: */*")
    if request.body is not None and "content-type" not in given:
        lines.append("Content-Type: application/json")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError(f"{request.name}: a header of more than one line")
    return "".join(f"{line}\r\n" for line in lines)


def _message(method: str, path: str, head: str, body: bytes, *, sized: bool) -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if sized else ""
    if any(character <= " " or character == "\x7f" for character in path):
        raise filling.Unsendable("a path with a space or a line's end in it")
    path = path if path.isascii() else filling.beyond_ascii(path)
    return f"{method} {path} HTTP/1.1\r\n{head}{length}\r\n".encode() + body

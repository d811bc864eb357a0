"""Figures of servers, stores and hosts during the run. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import Vector
from loadtests.server_side.asking import Answers
from loadtests.server_side.model import Reading

_WANTED = (
    # (of, which label names the one, what, query, query of the limit, unit)
    ("HAProxy", "instance", "sessions, most", "sessions", "sessions limit", ""),
    ("HAProxy", "instance", "queue, most", "queued", "", ""),
    ("Kong", "instance", "connections, most", "gateway connections", "", ""),
    ("", "job", "requests in flight, most", "in flight", "", ""),
    ("", "job", "processor", "service processor", "", " cores"),
    ("PostgreSQL", "instance", "connections, most", "connections", "connections limit", ""),
    ("PostgreSQL", "instance", "commits", "commits", "", "/s"),
    ("Redis", "instance", "clients, most", "clients", "clients limit", ""),
    ("Redis", "instance", "commands", "commands", "", "/s"),
    ("node", "instance", "processors, mean", "processor", "", "%"),
    ("node", "instance", "memory, most", "memory", "", "%"),
)


def readings(answers: Answers) -> tuple[Reading, ...]:
    """Those that there are; what Prometheus does not have is left out."""
    return tuple(reading for wanted in _WANTED for reading in _read(answers, *wanted))


def _read(
    answers: Answers, of: str, label: str, what: str, query: str, limit: str, unit: str
) -> Iterator[Reading]:
    found = _values(answers.over[query], label)
    limits = _values(answers.over[limit], label) if limit else {}
    for name, value in sorted(found.items()):
        if value != value:  # NaN: a rate of nothing
            continue
        told = f"{of} {name}".strip() if len(found) > 1 or not of else of
        yield Reading(of=told, what=what, value=round(value, 4), unit=unit, limit=limits.get(name) or None)


def _values(vector: Vector | Unreadable, label: str) -> dict[str, float]:
    if isinstance(vector, Unreadable):
        return {}
    return {dict(labels).get(label, ""): value for labels, value in vector.items()}

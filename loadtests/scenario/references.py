"""Rules between the places of a scenario: each entry says one thing, and leads to what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.environment.document import Document
from atalaia.environment.faults import Fault, Location, listed
from atalaia.environment.probe_rules import patterns, places, steps
from atalaia.environment.rules import Found, declared, entries, faults_of, table

_KEYS: Mapping[str, tuple[str, ...]] = {
    "route": ("expect", "bearer", "anonymous"),
    "journey": (),
    "path": ("name", "method", "headers", "json", "expect", "harmless", "bearer", "anonymous", "data"),
    "steps": ("name", "bearer", "anonymous", "data"),
}
"""What an entry does → the keys that it takes beside that one and `weight`."""
_TIMES = ("latency", "certificate")


def scenario_faults(document: Document, columns: Mapping[str, tuple[str, ...]]) -> list[Fault]:
    """Every fault between the places of a file; `columns` are those of its tables, by name."""

    def mix(data: Any) -> Found:
        return _mix(data, columns)

    return faults_of(document, (mix, _names))


def _mix(data: Any, columns: Mapping[str, tuple[str, ...]]) -> Found:
    for index, entry in entries(data, "mix"):
        here: Location = ("mix", index)
        told = [kind for kind in _KEYS if kind in entry]
        if not told:
            yield here, "an entry that sends nothing", f"one of {listed(_KEYS)}", ""
        elif len(told) > 1:
            yield (
                (*here, told[1]),
                f"a second thing to do beside `{told[0]}`",
                "one of them, or two entries",
                "",
            )
        else:
            yield from _entry(entry, told[0], here, data, columns)


def _entry(
    entry: dict[str, Any], kind: str, here: Location, data: Any, columns: Mapping[str, tuple[str, ...]]
) -> Found:
    known = (kind, "weight", *_KEYS[kind])
    every = {key for keys in _KEYS.values() for key in keys}
    for key in entry:
        if key in every and key not in known:
            yield (*here, key), f"not a key beside `{kind}`", f"it takes: {listed(known[1:])}", ""
    if kind == "steps" and "name" not in entry:
        yield here, "steps without a name", "name: what reports call them", ""
    if kind == "steps" and entry["steps"] == []:
        yield (*here, "steps"), "an empty list", "at least 1", ""
    if "bearer" in entry and entry.get("anonymous") is True:
        yield (*here, "anonymous"), "a token and none", "`bearer`, or `anonymous: true`", ""
    yield from declared(entry, "data", here, table(data, "data"), "data")
    table_name = entry.get("data")
    given = columns.get(table_name, ()) if isinstance(table_name, str) else ()
    if isinstance(table_name, str) and table_name not in columns:
        return  # a table that cannot be read has a fault already, and gives no names
    if kind == "path":
        yield from places(entry, here, given, "a {name} that is no column of its data", "columns")
        yield from _times(entry, here)
        yield from patterns(table(entry, "expect"), (*here, "expect"))
    elif kind == "steps":
        yield from steps(entry, here, given)
        for number, step in entries(entry, "steps"):
            yield from _times(step, (*here, "steps", number))
    elif kind == "route":
        yield from _times(entry, here)
        yield from patterns(table(entry, "expect"), (*here, "expect"))


def _times(request: dict[str, Any], here: Location) -> Found:
    for key in _TIMES:
        if key in table(request, "expect"):
            where = (*here, "expect", key)
            yield where, "not expected of single answers", "times are judged by thresholds", ""


def _names(data: Any) -> Found:
    """Stages and entries have names of their own: reports list them."""
    for section in ("stages", "mix"):
        seen: dict[str, int] = {}
        for index, each in entries(data, section):
            name = each.get("name")
            if isinstance(name, str) and seen.setdefault(name, index) != index:
                first = f"{section}[{seen[name]}] has it"
                yield (section, index, "name"), "a name that another has", first, ""

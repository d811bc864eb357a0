"""Where a gateway serves something else than its declarative file says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from atalaia.environment.secrecy import is_secret
from atalaia.systems.kong.compare import differing
from atalaia.systems.kong.entities import Configuration, Document
from atalaia.systems.kong.given import Given, admin_path
from atalaia.systems.kong.live import KINDS, PRIVATE
from atalaia.systems.kong.pairs import REFERENCES, Entity, Pairs, entities_of, named, referred
from atalaia.systems.kong.secrecy import OTHER, SAME, masked


class Drift(StrEnum):
    """What is different about an entity."""

    MISSING = "missing"
    """In the file, not in the gateway."""
    EXTRA = "extra"
    """In the gateway, not in the file."""
    DIFFERENT = "different"


@dataclass(frozen=True)
class Change:
    """A field that has two values; what is secret is told as such."""

    field: str
    """`config.minute`"""
    file: str
    live: str
    place: str
    """`kong.yml:37`"""


@dataclass(frozen=True)
class Difference:
    """An entity that the file and the gateway do not have in common, or not alike."""

    drift: Drift
    kind: str
    """services, routes …"""
    name: str
    """`users`, `rate-limiting of route users`"""
    place: str
    """`kong.yml:37`; for what only the gateway has, its path in the Admin API."""
    changes: tuple[Change, ...] = ()


def drift(given: Given, live: Configuration, kinds: tuple[str, ...] = KINDS) -> tuple[Difference, ...]:
    """Every difference between a file and what a gateway lists, for these kinds of entities.

    Ids, dates and what is only a default are none. What others refer to is paired in any case; credentials
    and certificates only where `kinds` names them. Raises ValueError where Kong would refuse the file.
    """
    file = given.configuration
    if file is None:
        raise ValueError("a declarative file that Kong refuses can be compared with nothing")
    pairs = Pairs(file, live)
    found: list[Difference] = []
    for kind in KINDS:
        matched = pairs.of(kind)
        if kind in kinds:
            found += _differences(kind, matched, pairs, given, live)
    for kind in PRIVATE:
        if kind in kinds:
            found += _differences(kind, pairs.of(kind), pairs, given, live)
    return tuple(found)


def _differences(
    kind: str, matched: Mapping[str, Entity], pairs: Pairs, given: Given, live: Configuration
) -> Iterator[Difference]:
    assert given.configuration is not None
    for entity in entities_of(given.configuration, kind):
        name = named(kind, entity, given.configuration)
        other = matched.get(entity.id)
        if other is None:
            yield Difference(Drift.MISSING, kind, name, given.line(entity))
            continue
        translated = pairs.translated(other.document)
        paths = tuple(differing(kind, entity.document, translated))
        if paths:
            changes = tuple(
                Change(
                    ".".join(path),
                    *_shown(path, entity.document, other.document, given.configuration, live),
                    given.line(entity, *path),
                )
                for path in paths
            )
            yield Difference(Drift.DIFFERENT, kind, name, changes[0].place, changes)
    taken = {entity.id for entity in matched.values()}
    for entity in entities_of(live, kind):
        if entity.id not in taken:
            name = named(kind, entity, live)
            yield Difference(Drift.EXTRA, kind, name, admin_path(live, entity.id))


def _shown(
    path: tuple[str, ...], file: Document, live: Document, of_file: Configuration, of_live: Configuration
) -> tuple[str, str]:
    if path[0] in REFERENCES:
        return referred(file, path[0], of_file) or "nothing", referred(live, path[0], of_live) or "nothing"
    if any(map(is_secret, path)):
        both = _at(file, path) is not None and _at(live, path) is not None
        return _presence(_at(file, path)), "another secret" if both else _presence(_at(live, path))
    return _text(_at(file, path), path), _text(_at(live, path), path)


def _presence(value: Any) -> str:
    return "nothing" if value is None else "a secret"


def _text(value: Any, path: tuple[str, ...]) -> str:
    if value in (None, [], {}):
        return "nothing"
    if value == OTHER:
        return "another secret"
    shown = masked(value, place=path)
    if shown in (SAME, [SAME], [OTHER]):
        other = OTHER in str(value)
        return "something else, which is not shown" if other else "something that is not shown"
    text = json.dumps(shown, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        document = document.get(part) if isinstance(document, Mapping) else None
    return document

"""The entities of a declarative document, nested or flat, as one flat list of records with ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.systems.kong import custom, schema
from atalaia.systems.kong.identity import composed, identify
from atalaia.systems.kong.problems import Problem
from atalaia.systems.lines import Path

CREDENTIALS = ("keyauth_credentials", "jwt_secrets", "basicauth_credentials", "hmacauth_credentials", "acls",
               "oauth2_credentials")  # fmt: skip
_DATED: Mapping[str, Any] = {"id": None, "created_at": None, "updated_at": None, "tags": None}
TLS: Mapping[str, Mapping[str, Any]] = {
    "certificates": {**_DATED, "cert": None, "cert_alt": None, "key": None, "key_alt": None},
    "ca_certificates": {**_DATED, "cert": None, "cert_digest": None},
    "snis": {**_DATED, "name": None, "certificate": None},
}
"""The entities of TLS and their fields; what Kong demands of them is not known here."""
CHILDREN: Mapping[str, Mapping[str, str]] = {
    "services": {"routes": "service", "plugins": "service"},
    "routes": {"plugins": "route"},
    "consumers": {"plugins": "consumer", **dict.fromkeys(CREDENTIALS, "consumer")},
    "upstreams": {"targets": "upstream"},
    "certificates": {"snis": "certificate"},
}
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "routes": {"service": "services"},
    "plugins": {"route": "routes", "service": "services", "consumer": "consumers"},
    "targets": {"upstream": "upstreams"},
    **{kind: {"consumer": "consumers"} for kind in CREDENTIALS},
    "snis": {"certificate": "certificates"},
}
_KEYS = {
    "consumers": "username", "targets": "target", "keyauth_credentials": "key", "jwt_secrets": "key",
    "basicauth_credentials": "username", "hmacauth_credentials": "username", "acls": "group",
}  # fmt: skip
_COMPOSED = {
    "plugins": ("name", "route", "service", "consumer"), "targets": ("upstream", "target"),
    "acls": ("consumer", "group"),
    **dict.fromkeys(("basicauth_credentials", "hmacauth_credentials"), ("username",)),
}  # fmt: skip
"""The fields that Kong makes the ids of these entities from: the key of its cache."""
_NOTES = ("_comment", "_ignore")


@dataclass
class Record:
    """One entity: where it stands, its fields with defaults, and what it refers to."""

    entity: str
    path: Path
    fields: dict[str, Any]
    id: str = ""

    @property
    def key(self) -> str | None:
        """The name, username or key that others may refer to it by."""
        value = self.fields.get(_KEYS.get(self.entity, "name"))
        return value if isinstance(value, str) else None


class Records:
    """Collects the entities of a document; faults go to `report`."""

    def __init__(self, report: Callable[[Problem], None]) -> None:
        self._faults = 0
        self._report_to = report
        self._all: list[Record] = []

    def of(self, entity: str) -> Iterator[Record]:
        """The records of one kind, in the file's order."""
        return (record for record in self._all if record.entity == entity)

    def places(self) -> dict[str, Path]:
        """Id → where the entity stands in the document."""
        return {record.id: record.path for record in self._all}

    def add_all(self, entities: Mapping[str, list[Any]]) -> None:
        """Read every entity of the document, nested ones right after their parents."""
        for entity, items in entities.items():
            self._add(entity, items, (entity,), None)

    def resolve(self) -> None:
        """Turn names into ids, and look for what is declared twice or does not exist."""
        if self._faults == 0:
            self._resolve_references()
        if self._faults == 0:
            self._refuse_duplicates()

    def _report(self, problem: Problem) -> None:
        self._faults += 1
        self._report_to(problem)

    def _add(self, entity: str, items: Any, path: Path, parent: tuple[str, str] | None) -> None:
        if not isinstance(items, list):
            self._report(Problem(path, "expected an array"))
            return
        for position, item in enumerate(items):
            where = (*path, position)
            if isinstance(item, dict):
                self._add_one(entity, item, where, parent)
            else:
                self._report(Problem(where, "expected a record"))

    def _add_one(self, entity: str, item: dict[Any, Any], path: Path, parent: tuple[str, str] | None) -> None:
        children = CHILDREN.get(entity, {})
        given = {key: value for key, value in item.items() if key not in children and key not in _NOTES}
        if entity == "services":
            given = custom.expand_url(given)
        if parent and given.get(parent[0]) is not None:
            self._report(Problem((*path, parent[0]), "value must be null"))
        if parent:
            given[parent[0]] = {"id": parent[1]}
        record = Record(entity, path, self._filled(entity, given, path))
        record.id = _identity(record)
        self._all.append(record)
        for child, link in children.items():
            if item.get(child) is not None:
                self._add(child, item[child], (*path, child), (link, record.id))

    def _filled(self, entity: str, given: dict[str, Any], path: Path) -> dict[str, Any]:
        known = schema.entity_schema(entity)
        if known is None:
            return {**TLS.get(entity, {}), **given}
        fields = schema.fields_of(entity)
        plugin = given.get("name") if entity == "plugins" else None
        if isinstance(plugin, str):
            if plugin not in schema.bundled_plugins():
                message = f"plugin '{plugin}' not enabled; add it to the 'plugins' configuration property"
                self._report(Problem((*path, "name"), message))
                return dict(given)
            fields = {**fields, **schema.fields_of(plugin, plugin=True)}
            known = schema.plugin_schema(plugin) or known
        filled = schema.fill(fields, given, path, self._report)
        schema.check_entity(known, filled, path, self._report)
        custom.check(entity, filled, path, self._report)
        return filled

    def _resolve_references(self) -> None:
        ids = {(record.entity, record.id): record.id for record in self._all}
        names = {(record.entity, record.key): record.id for record in self._all if record.key}
        for record in self._all:
            for field, entity in REFERENCES.get(record.entity, {}).items():
                value = record.fields.get(field)
                if value is None:
                    continue
                key = value.get("id") or value.get("name") if isinstance(value, dict) else value
                found = names.get((entity, str(key))) or ids.get((entity, str(key)))
                if found is None:
                    message = f"invalid reference '{field}: {key}' (no such entry in '{entity}')"
                    # Kong counts these by the entity's key, and fails itself where it has none.
                    label = record.fields.get("instance_name") if record.entity == "plugins" else record.key
                    path = (record.entity, label or record.id, 0)
                    self._report(Problem(path, message, place=(*record.path, field), fails_kong=not label))
                else:
                    record.fields[field] = {"id": found}

    def _refuse_duplicates(self) -> None:
        for entity in dict.fromkeys(record.entity for record in self._all):
            seen: set[tuple[str, str]] = set()
            for record in self.of(entity):
                unique = _KEYS.get(entity, "name") if entity not in ("plugins", "targets", "acls") else None
                value = record.fields.get(unique) if unique else None
                for what, key in ((f"{unique}", value), ("primary key", record.id)):
                    if key is None or (what, key) not in seen:
                        seen.add((what, str(key)))
                        continue
                    told = f"uniqueness violation: '{entity}' entity with {what} "
                    quotes_secret = (entity, what) == ("keyauth_credentials", "key")
                    # Kong counts within the list that the entity stands in, not within the file.
                    self._report(
                        Problem(
                            (entity, record.path[-1]),
                            f"{told}set to '{key}' already declared",
                            f"{told}already declared" if quotes_secret else None,
                            place=record.path,
                        )
                    )
                    break


def _identity(record: Record) -> str:
    given = record.fields.get("id")
    if isinstance(given, str):
        return given
    if record.entity in _COMPOSED:
        return composed(record.entity, [_reference(record.fields.get(it)) for it in _COMPOSED[record.entity]])
    key = record.key
    return identify(record.entity, f"{record.path}" if key is None else key)


def _reference(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("id") or value.get("name")
    return value if isinstance(value, str) else ""

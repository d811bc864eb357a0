"""Which entity of a file is which entity of a gateway: by id, by name, else by what it says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from atalaia.systems.kong.entities import Configuration, Document
from atalaia.systems.kong.records import CREDENTIALS, TLS
from atalaia.systems.kong.secrecy import SAME

REFERENCES = ("service", "route", "consumer", "upstream", "certificate")
_KEYS = {
    "keyauth_credentials": "key", "jwt_secrets": "key", "acls": "group", "basicauth_credentials": "username",
    "hmacauth_credentials": "username", "oauth2_credentials": "client_id",
}  # fmt: skip
"""What a credential of one consumer is told from its others by."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}|[A-Za-z0-9+/]+={1,2}")
"""A line of a PEM document's body; never a word of its `-----BEGIN CERTIFICATE-----`."""
_MATCHERS = ("protocols", "methods", "hosts", "paths", "headers", "snis", "service")


class Entity(Protocol):
    """An entity and its document."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def document(self) -> Document:
        """As the Admin API lists it."""


def entities_of(configuration: Configuration, kind: str) -> tuple[Entity, ...]:
    """The entities of one kind: `services`, `routes` …"""
    if kind in CREDENTIALS:
        return tuple(it for it in configuration.credentials if it.kind == kind)
    if kind in TLS:
        return tuple(it for it in configuration.tls if it.kind == kind)
    found: tuple[Entity, ...] = getattr(configuration, kind)
    return found


def named(kind: str, entity: Entity, of: Configuration) -> str:
    """What people call an entity: `users`, `rate-limiting of route users`."""
    document = entity.document
    if kind in CREDENTIALS:
        # Never by its key: `a key of consumer alice`, `group admins of consumer alice`.
        field = _KEYS[kind]
        what = "a key" if field == "key" else f"{field.replace('_', ' ')} {document.get(field)}"
        return f"{what} of consumer {referred(document, 'consumer', of) or 'nobody'}"
    if kind in ("certificates", "ca_certificates"):
        return _fingerprint(document.get("cert")) or entity.id
    own = document.get("name") or document.get("username") or document.get("custom_id")
    name = str(own or document.get("target") or _matching(document) or entity.id)
    if kind not in ("plugins", "targets"):
        return name
    scopes = [f"{field} {other}" for field in REFERENCES if (other := referred(document, field, of))]
    return f"{name} of {' and '.join(scopes)}" if scopes else f"{name} (global)"


class Pairs:
    """Finds, kind after kind, the live entity for each of the file's; what others refer to comes first."""

    def __init__(self, file: Configuration, live: Configuration) -> None:
        self._file = file
        self._live = live
        self._of_live: dict[str, str] = {}
        """Id in the gateway → id in the file."""

    def of(self, kind: str) -> Mapping[str, Entity]:
        """Id in the file → the live entity."""
        left = {entity.id: entity for entity in entities_of(self._live, kind)}
        found: dict[str, Entity] = {}
        for keys in _by_id, _by_name, _by_content:
            known: dict[str, list[str]] = {}
            for entity in left.values():
                for key in keys(kind, entity.id, self.translated(entity.document)):
                    known.setdefault(key, []).append(entity.id)
            for entity in entities_of(self._file, kind):
                if entity.id in found:
                    continue
                told = keys(kind, entity.id, entity.document)
                for key in (*told, *(_unseen(kind, entity.document) if keys is _by_name else ())):
                    candidates = [id_ for id_ in known.get(key, ()) if id_ in left]
                    if candidates:
                        found[entity.id] = left.pop(candidates[0])
                        self._of_live[candidates[0]] = entity.id
                        break
        return found

    def translated(self, live: Document) -> Document:
        """A live document whose references are the file's ids."""
        references: dict[str, Any] = {}
        for field in REFERENCES:
            if (reference := _reference(live, field)) is not None:
                references[field] = {"id": self._of_live.get(reference, reference)}
        return {**live, **references}


def _by_id(kind: str, id_: str, document: Document) -> Iterator[str]:
    yield id_


def _by_name(kind: str, id_: str, document: Document) -> Iterator[str]:
    if kind == "plugins":
        scope = [_reference(document, field) for field in REFERENCES]
        yield json.dumps([document["name"], document.get("instance_name"), scope])
    elif kind in CREDENTIALS:
        if document.get(_KEYS[kind]):
            yield json.dumps([_reference(document, "consumer"), document[_KEYS[kind]]])
    elif kind in ("certificates", "ca_certificates"):
        yield str(document.get("cert")).strip()
    elif kind == "targets":
        yield json.dumps([_reference(document, "upstream"), document["target"]])
    else:
        for field in ("name", "username", "custom_id"):
            if document.get(field):
                yield f"{field} {document[field]}"


def _unseen(kind: str, document: Document) -> Iterator[str]:
    """A key that is as the gateway has it was replaced by the mark before anybody could see it."""
    if kind in CREDENTIALS and _KEYS[kind] == "key":
        yield json.dumps([_reference(document, "consumer"), SAME])


def _fingerprint(pem: Any) -> str:
    """A certificate's, as people compare it; empty where it is none."""
    body = "".join(line for line in str(pem).split() if _BASE64.fullmatch(line))
    try:
        der = base64.b64decode(body, validate=True)
    except ValueError:
        return ""
    return f"with SHA-256 {hashlib.sha256(der).hexdigest()[:16]}…" if der else ""


def _by_content(kind: str, id_: str, document: Document) -> Iterator[str]:
    """What has no name is told by what it says."""
    if kind == "routes" and not document.get("name"):
        yield json.dumps([_sorted(document.get(field)) for field in _MATCHERS], sort_keys=True)
    if kind == "services" and not document.get("name"):
        yield json.dumps([document.get(field) for field in ("protocol", "host", "port", "path")])


def _sorted(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, list) else value or None


def _matching(document: Document) -> str:
    """A route without a name, told by its first path or host."""
    for field in ("paths", "hosts", "host"):
        value = document.get(field)
        if value:
            return str(value[0] if isinstance(value, list) else value)
    return ""


def referred(document: Document, field: str, of: Configuration) -> str | None:
    """The name of the entity that a field refers to; None where it refers to none."""
    id_ = _reference(document, field)
    if id_ is None:
        return None
    for entity in entities_of(of, f"{field}s"):
        if entity.id == id_:
            return named(f"{field}s", entity, of)
    return id_


def _reference(document: Document, field: str) -> str | None:
    value = document.get(field)
    return value.get("id") if isinstance(value, Mapping) else None

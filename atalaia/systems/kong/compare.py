"""Whether two documents of one entity say the same, in Kong's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from atalaia.redaction import MARK
from atalaia.systems.kong import schema
from atalaia.systems.kong.entities import Document
from atalaia.systems.kong.records import CREDENTIALS, TLS
from atalaia.systems.kong.secrecy import OTHER

_OF_KONG = frozenset({"id", "created_at", "updated_at", "ws_id"})
"""Fields that Kong fills itself."""
_HASHED: Mapping[str, frozenset[str]] = {
    "basicauth_credentials": frozenset({"password"}),
    "oauth2_credentials": frozenset({"client_secret"}),
    "keyauth_credentials": frozenset({"ttl"}),
}
"""What Kong lists otherwise than it was told: as a hash, or as the seconds that are left."""
_NOTHING: tuple[Any, ...] = (None, [], {})
"""One to Kong: an empty list, an empty table, nothing."""

Fields = Mapping[str, schema.Field]


def differing(kind: str, file: Document, live: Document) -> Iterator[tuple[str, ...]]:
    """The paths of the fields with two values; a field that this Kong's schema does not know is none.

    Where a text of `live` was redacted, only what is left of it counts.
    """
    fields = dict(schema.fields_of(kind))
    if kind in CREDENTIALS or kind in TLS:
        yield from _private(kind, fields, file, live)
        return
    if kind == "plugins":
        fields |= schema.fields_of(str(file["name"]), plugin=True)
    for name, field in fields.items():
        if name not in _OF_KONG:
            yield from _field(field, file.get(name), live.get(name), (name,))


def _private(kind: str, fields: Fields, file: Document, live: Document) -> Iterator[tuple[str, ...]]:
    """What the file says of a credential or certificate; what it leaves to Kong to make up is none."""
    for name, value in file.items():
        made_up = value is None and (kind in CREDENTIALS or name == "cert_digest")
        if not made_up and name not in _OF_KONG | _HASHED.get(kind, frozenset()):
            ordered = fields.get(name, {}).get("type") != "set" and name != "tags"
            if not _same(_bare(value), _bare(live.get(name)), ordered=ordered):
                yield (name,)


def _bare(value: Any) -> Any:
    """A text without the line ends that a PEM document may or may not have."""
    return value.strip() if isinstance(value, str) else value


def _field(field: schema.Field, file: Any, live: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(file, Mapping) and isinstance(live, Mapping) and field.get("type") == "record":
        inner: Fields = {name: it for entry in field.get("fields", ()) for name, it in entry.items()}
        # A bundled plugin whose fields are not known here: what the file says of it.
        for name in inner or file:
            yield from _field(inner.get(name, {"type": "any"}), file.get(name), live.get(name), (*path, name))
    elif not _same(file, live, ordered=field.get("type") != "set"):
        yield path


def _same(file: Any, live: Any, *, ordered: bool = True) -> bool:
    if file in _NOTHING and live in _NOTHING:
        return True
    if isinstance(file, list) and isinstance(live, list):
        if not ordered:
            file, live = sorted(file, key=str), sorted(live, key=str)
        return len(file) == len(live) and all(map(_same, file, live))
    if isinstance(file, Mapping) and isinstance(live, Mapping):
        return all(_same(file.get(key), live.get(key)) for key in file.keys() | live.keys())
    if isinstance(file, bool) != isinstance(live, bool):
        return False
    if isinstance(file, str) and isinstance(live, str) and MARK in live:
        parts = (re.escape(part) for part in live.split(MARK))
        return re.fullmatch(".+".join(parts), file, re.DOTALL) is not None
    return bool(file == live) and live != OTHER

"""The Admin API's lists: pages, tags, one entity, the children of one."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from atalaia.systems.kong.entities import Configuration, Document

CREDENTIALS = {
    "key-auths": "keyauth_credentials", "jwts": "jwt_secrets", "basic-auths": "basicauth_credentials",
    "hmac-auths": "hmacauth_credentials", "acls": "acls", "oauth2": "oauth2_credentials",
}  # fmt: skip
"""Path of a list of credentials → their kind."""
KEYS = {
    "consumers": "username", "plugins": "instance_name", "targets": "target", "key-auths": "key",
    "jwts": "key", "basic-auths": "username", "hmac-auths": "username", "acls": "group",
}  # fmt: skip
"""What entities are called by beside their id; the others by name."""
CHILDREN: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "services": {"routes": ("routes", "service"), "plugins": ("plugins", "service")},
    "routes": {"plugins": ("plugins", "route")},
    "consumers": {
        "plugins": ("plugins", "consumer"), "key-auth": ("key-auths", "consumer"),
        "jwt": ("jwts", "consumer"), "basic-auth": ("basic-auths", "consumer"),
        "hmac-auth": ("hmac-auths", "consumer"), "acls": ("acls", "consumer"),
        "oauth2": ("oauth2", "consumer"),
    },
    "upstreams": {"targets": ("targets", "upstream"), "targets/all": ("targets", "upstream")},
    "certificates": {"snis": ("snis", "certificate")},
}  # fmt: skip
"""Entity → the lists below one of it: what they hold, and which of its fields refers back."""
DECLARED = ("services", "routes", "plugins", "upstreams", "consumers", "targets")
TLS = ("certificates", "ca_certificates", "snis")
_EMPTY = ("vaults", "keys", "key-sets")
ENTITIES = frozenset((*DECLARED, *CREDENTIALS, *TLS, *_EMPTY))
"""Every list of the Admin API."""
_SIZE, _LARGEST = 100, 1000


class BadQuery(Exception):
    """A list was asked for with a size or an offset that Kong refuses; `document` is its answer."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.document = {"code": code, "message": message, "name": name}


def documents(configuration: Configuration, entity: str) -> list[Document]:
    """Every entity of a list."""
    if entity in CREDENTIALS:
        return [it.document for it in configuration.credentials if it.kind == CREDENTIALS[entity]]
    if entity in TLS:
        found = [it.document for it in configuration.tls if it.kind == entity]
        return [_with_names(it, configuration) for it in found] if entity == "certificates" else found
    if entity in _EMPTY:
        return []
    return [item.document for item in getattr(configuration, entity)]


def _with_names(certificate: Document, configuration: Configuration) -> Document:
    """A certificate, as it is listed with the names that it is for."""
    mine = {"id": certificate["id"]}
    names = [it.document["name"] for it in configuration.tls if it.document.get("certificate") == mine]
    return {**certificate, "snis": sorted(names)}


def find(configuration: Configuration, entity: str, key: str) -> Document | None:
    """An entity by its id or name."""
    name = KEYS.get(entity, "name")
    return next((d for d in documents(configuration, entity) if key in (d["id"], d.get(name))), None)


def children(configuration: Configuration, entity: str, parent: Document, child: str) -> list[Document]:
    """The entities of the list `child` below `parent`."""
    kind, link = CHILDREN[entity][child]
    return [d for d in documents(configuration, kind) if (d.get(link) or {}).get("id") == parent["id"]]


def page(items: Iterable[Document], path: str, query: str) -> Mapping[str, Any]:
    """One page of a list. Raises BadQuery."""
    given = parse_qs(query, keep_blank_values=True)
    size, start = _size(given), _offset(given)
    chosen = [item for item in items if _tagged(item, given.get("tags", [""])[0])]
    part = chosen[start : start + size]
    if start + size >= len(chosen):
        return {"next": None, "data": part}
    offset = base64.urlsafe_b64encode(str(start + size + 1).encode()).decode().rstrip("=")
    kept = {name: values[0] for name, values in given.items() if name in ("size", "tags")}
    return {"next": f"{path}?{urlencode({'offset': offset, **kept})}", "offset": offset, "data": part}


def _size(given: Mapping[str, list[str]]) -> int:
    text = given.get("size", [str(_SIZE)])[0]
    try:
        size = float(text)
    except ValueError:
        raise BadQuery(9, "invalid size", "size must be a number") from None
    if size != size // 1 or not 1 <= size <= _LARGEST:
        raise BadQuery(9, "invalid size", f"size must be an integer between 1 and {_LARGEST}")
    return int(size)


def _offset(given: Mapping[str, list[str]]) -> int:
    text = given.get("offset", [""])[0]
    if not text:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        start = 0
    if start < 1:
        raise BadQuery(7, "invalid offset", f"'{text}' is not a valid offset: invalid offset")
    return start - 1


def _tagged(item: Document, wanted: str) -> bool:
    tags = item.get("tags") or ()
    if "/" in wanted:
        return any(tag in tags for tag in wanted.split("/"))
    return all(tag in tags for tag in wanted.split(",") if tag)

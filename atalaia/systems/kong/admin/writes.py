"""What becomes of writes at a node without a database: only POST /config is taken."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import parse_qs

from atalaia.systems.kong.admin import lists
from atalaia.systems.kong.admin.answers import NOT_ALLOWED, Answer, Asked
from atalaia.systems.kong.admin.facts import Facts
from atalaia.systems.kong.declarative import load, load_document
from atalaia.systems.kong.entities import Configuration, Document
from atalaia.systems.kong.flatten import flattened
from atalaia.systems.kong.problems import DeclarativeError

_VERBS = {"POST": "create", "PATCH": "update", "PUT": "create or update", "DELETE": "remove"}


def refused_write(method: str, configuration: Configuration, entity: str, rest: list[str]) -> Answer:
    """The answer to a write to the list of `entity`, or to what lies below it."""
    if method not in _VERBS or (method == "POST") != (not rest):
        return NOT_ALLOWED
    by = ""
    if rest and not any(it["id"] == rest[0] for it in lists.documents(configuration, entity)):
        by = f" by '{lists.KEYS.get(entity, 'name')}'"
    message = f"cannot {_VERBS[method]} '{entity}' entities{by} when not using a database"
    return Answer(405, {"code": 12, "message": message, "name": "operation unsupported"})


def post_config(asked: Asked, configuration: Configuration, facts: Facts) -> Answer:
    """Another declarative configuration, as text in `config` or as JSON itself."""
    try:
        given = _fields(asked)
    except (ValueError, RecursionError):
        return Answer(400, {"message": "Cannot parse JSON body"})
    text = given.get("config")
    if not given or (text is not None and not isinstance(text, str)):
        return Answer(400, {"message": "expected a declarative configuration"})
    said = (text or json.dumps(given, sort_keys=True)).encode()
    digest = hashlib.md5(said, usedforsecurity=False).hexdigest()
    options = parse_qs(asked.query)
    if options.get("check_hash") == ["1"] and digest == configuration.hash:
        return Answer(304)
    try:
        if text is None:
            loaded = load_document(given, digest=digest, loaded_at=facts.now)
        else:
            loaded = load(text, loaded_at=facts.now)
    except DeclarativeError as refused:
        as_list = options.get("flatten_errors") == ["1"]
        return Answer(refused.status, flattened(refused) if as_list else refused.document)
    return Answer(201, _entities(loaded), loaded=loaded)


def _fields(asked: Asked) -> dict[str, Any]:
    """The fields of a JSON or form body. Raises ValueError."""
    if (asked.content_type or "").startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    document = json.loads(asked.body) if asked.body else {}
    if not isinstance(document, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a document
    return document


def _entities(configuration: Configuration) -> dict[str, Any]:
    """Entities by kind and id, without what is null."""
    kinds: dict[str, dict[str, Any]] = {}
    for entity in lists.DECLARED:
        for document in lists.documents(configuration, entity):
            kinds.setdefault(entity, {})[document["id"]] = _without_null(document)
    for credential in configuration.credentials:
        kinds.setdefault(credential.kind, {})[credential.id] = _without_null(credential.document)
    for it in configuration.tls:
        kinds.setdefault(it.kind, {})[it.id] = _without_null(it.document)
    return kinds


def _without_null(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}

"""What the Admin API and the Status API of a node without a database answer (Kong 3.4)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from atalaia.systems.kong import schema
from atalaia.systems.kong.admin import documents, lists
from atalaia.systems.kong.admin.answers import NOT_ALLOWED, NOT_FOUND, Answer, Asked
from atalaia.systems.kong.admin.exposition import exposition
from atalaia.systems.kong.admin.facts import Facts
from atalaia.systems.kong.admin.writes import post_config, refused_write
from atalaia.systems.kong.entities import Configuration

_READS = ("GET", "HEAD")


def admin(asked: Asked, configuration: Configuration, facts: Facts) -> Answer:
    """The Admin API's answer. It lets every origin in, credentials included, as Kong's does."""
    cors = (*_origin(asked), ("Access-Control-Allow-Credentials", "true"))
    parts = [unquote(part) for part in asked.path.split("/") if part]
    if asked.method == "OPTIONS":
        return _options(parts, cors)
    try:
        answer = _admin(asked, parts, configuration, facts)
    except lists.BadQuery as bad:
        answer = Answer(400, bad.document)
    return replace(answer, extra=cors)


def status(asked: Asked, configuration: Configuration, facts: Facts) -> Answer:
    """The Status API's answer."""
    return replace(_status(asked, configuration, facts), extra=_origin(asked))


def _admin(asked: Asked, parts: list[str], configuration: Configuration, facts: Facts) -> Answer:
    if parts == ["config"]:
        return post_config(asked, configuration, facts) if asked.method == "POST" else NOT_ALLOWED
    reading = asked.method in _READS
    if (found := _of_the_node(parts, configuration, facts)) is not None:
        return found if reading else NOT_ALLOWED
    if not parts or parts[0] not in lists.ENTITIES:
        return NOT_FOUND
    if reading:
        return _entities(asked, configuration, facts, parts[0], parts[1:])
    return refused_write(asked.method, configuration, parts[0], parts[1:])


def _of_the_node(parts: list[str], configuration: Configuration, facts: Facts) -> Answer | None:
    """What is there to be read whatever is declared; None where it is nothing of that."""
    match parts:
        case []:
            return Answer(200, documents.root(configuration, facts))
        case ["status"]:
            return Answer(200, documents.status(configuration, facts))
        case ["metrics"]:
            return Answer(200, exposition(configuration, facts))
        case ["plugins", "enabled"]:
            return Answer(200, {"enabled_plugins": sorted(schema.bundled_plugins())})
        case ["schemas", *rest]:
            return _schema(rest)
    return None


def _entities(
    asked: Asked, configuration: Configuration, facts: Facts, entity: str, rest: list[str]
) -> Answer:
    """A list, an entity by its id or name, or what lies below it. Raises lists.BadQuery."""
    if not rest:
        return Answer(200, lists.page(lists.documents(configuration, entity), f"/{entity}", asked.query))
    found = lists.find(configuration, entity, rest[0])
    if found is None:
        return NOT_FOUND
    match rest[1:]:
        case []:
            return Answer(200, found)
        case ["health"] if entity == "upstreams":
            return Answer(200, documents.health(found["id"], facts))
        case below if (child := "/".join(below)) in lists.CHILDREN.get(entity, {}):
            items = lists.children(configuration, entity, found, child)
            return Answer(200, lists.page(items, f"/{entity}/{rest[0]}/{child}", asked.query))
    return NOT_FOUND


def _schema(rest: list[str]) -> Answer:
    """`/schemas/ENTITY` and `/schemas/plugins/NAME`; without the fields' descriptions."""
    match rest:
        case ["plugins", name]:
            found = schema.plugin_schema(name)
            return Answer(200, found) if found else Answer(404, {"message": f"No plugin named '{name}'"})
        case [entity]:
            found = schema.entity_schema(entity)
            return Answer(200, found) if found else Answer(404, {"message": f"No entity named '{entity}'"})
    return NOT_FOUND


def _options(parts: list[str], cors: tuple[tuple[str, str], ...]) -> Answer:
    if len(parts) > 1:
        methods = "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    elif parts == ["config"] or (parts and parts[0] in lists.ENTITIES):
        methods = "GET, HEAD, OPTIONS, POST"
    else:
        methods = "GET, HEAD, OPTIONS"
    allowed = ("Allow", methods), ("Access-Control-Allow-Methods", methods)
    return Answer(204, extra=(*cors, ("Access-Control-Allow-Headers", "Content-Type"), *allowed))


def _status(asked: Asked, configuration: Configuration, facts: Facts) -> Answer:
    path = asked.path.rstrip("/")
    if path not in ("/status", "/status/ready", "/metrics"):
        return NOT_FOUND
    if asked.method not in _READS:
        return NOT_ALLOWED
    if path == "/status":
        return Answer(200, documents.status(configuration, facts))
    if path == "/metrics":
        return Answer(200, exposition(configuration, facts))
    why_not = documents.not_ready(configuration, facts)
    return Answer(503, {"message": why_not}) if why_not else Answer(200, {"message": "ready"})


def _origin(asked: Asked) -> tuple[tuple[str, str], ...]:
    return (("Access-Control-Allow-Origin", asked.origin or "*"),)

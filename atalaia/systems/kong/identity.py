"""The ids that Kong gives to entities of a declarative file: made from their names, so always the same."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from uuid import UUID, uuid5

_ENTITIES = UUID("fd02801f-0957-4a15-a55a-c8d9606f30b5")
_SPLIT_ROUTES = UUID("7f145bf9-0dce-4f91-98eb-debbce4b9f6b")


@cache
def _namespace(entity: str) -> UUID:
    return uuid5(_ENTITIES, entity)


def identify(entity: str, key: str) -> str:
    """The id of the entity of this kind with this name, username, key …

    Kong gives credentials that are a key (key-auth, jwt) ids of chance; those here are stable.
    """
    return str(uuid5(_namespace(entity), key))


def composed(entity: str, parts: Iterable[str]) -> str:
    """The id of an entity that Kong knows by several fields: a plugin, a target.

    `*` stands where a workspace would. A part that refers to another entity is its id where the entity is
    nested in the other, and the reference as it is written where the file is flat: then it is another id.
    """
    return identify(entity, ":".join([entity, "*", *parts]))


def split_route(route_id: str, position: int) -> str:
    """The id under which the router keeps a part of a route whose paths differ in kind or length."""
    return str(uuid5(_SPLIT_ROUTES, f"{route_id}#{position}"))

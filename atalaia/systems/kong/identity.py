"""The ids that Kong gives to entities of a declarative file: made from their names, so always the same."""

from __future__ import annotations

from functools import cache
from uuid import UUID, uuid5

_ENTITIES = UUID("fd02801f-0957-4a15-a55a-c8d9606f30b5")
_SPLIT_ROUTES = UUID("7f145bf9-0dce-4f91-98eb-debbce4b9f6b")


@cache
def _namespace(entity: str) -> UUID:
    return uuid5(_ENTITIES, entity)


def identify(entity: str, key: str) -> str:
    """The id of the entity of this kind with this name, username, key …

    Services, routes, upstreams and consumers get the ids that a real Kong gives them; the ids of plugins
    and targets are as stable, but not Kong's own.
    """
    return str(uuid5(_namespace(entity), key))


def split_route(route_id: str, position: int) -> str:
    """The id under which the router keeps a part of a route whose paths differ in kind or length."""
    return str(uuid5(_SPLIT_ROUTES, f"{route_id}#{position}"))

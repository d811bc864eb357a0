"""What the gateway is configured to, for checks that judge without sending: its file, else its Admin API.

A check that reads the configuration observes `unless_given(environment)`, expects `given_of(environment)`
among what it expects, and asks `configured(file, seen)` for what there is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import not_measured
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Inconclusive
from atalaia.checks.gateway import EMPTY_CONFIGURATION
from atalaia.checks.observables import bare
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.admin.lists import CREDENTIALS, TLS
from atalaia.systems.kong.admin.model import AdminEntities, AdminList
from atalaia.systems.kong.given import Given, from_admin, given_of
from atalaia.systems.kong.live import configuration

_BELOW = {"upstreams": "targets"}
_READ = ("services", "routes", "plugins", "upstreams", "consumers")

Reading = Given | Inconclusive


def admin_lists(environment: Environment, node: str) -> tuple[AdminList, ...]:
    """Every list of a node's Admin API that tells what it serves, each to its last page."""
    return tuple(_list(environment, node, kind) for kind in _READ)


def private_lists(environment: Environment, node: str) -> tuple[AdminList, ...]:
    """The lists of a node's credentials and certificates: secrets are compared as they come, and not kept."""
    return tuple(_list(environment, node, path, optional=True) for path in (*CREDENTIALS, *TLS))


def _list(environment: Environment, node: str, kind: str, *, optional: bool = False) -> AdminList:
    file = given_of(environment)
    return AdminList(
        key=f"LIST {node}-admin /{kind}",
        hop=Hop.GATEWAY,
        url=bare(endpoints(environment)[f"{node}-admin"]),
        path=f"/{kind}",
        below=_BELOW.get(kind, ""),
        optional=optional,
        known=tuple(map(SecretStr, sorted(file.secrets))) if file else (),
    )


def unless_given(environment: Environment) -> tuple[AdminList, ...]:
    """What must be seen to know the configuration: nothing where there is a file, else the first node's."""
    if environment.gateway_file is not None:
        return ()
    return admin_lists(environment, next(iter(environment.gateway_nodes())))


def readable(environment: Environment) -> Needs:
    """What must hold before the Admin API's lists are asked for; nothing where there is a file."""
    if environment.gateway_file is not None:
        return ()
    return listed(environment, next(iter(environment.gateway_nodes())))


def listed(environment: Environment, node: str) -> Needs:
    """What must hold before a node's own lists are asked for."""
    return all_of(reachable(environment, f"{node}-admin"), ((EMPTY_CONFIGURATION, node),))


def configured(file: Given | None, seen: Sequence[Any]) -> Reading:
    """The configuration: the file's, else what the lists seen say, else why that cannot be told."""
    if file is None and not any(isinstance(entities, AdminEntities) for entities in seen):
        return Inconclusive("neither a declarative file nor the Admin API's lists tell what is configured")
    return file or live(seen)


def live(seen: Sequence[Any], address: str = "") -> Reading:
    """What a node's lists say. The same lists are read once, however many ask."""
    lists = tuple(entities for entities in seen if isinstance(entities, AdminEntities))
    key = (address, *map(id, lists))
    if key in _READINGS:
        return _READINGS[key][1]
    reading = _read(lists, address)
    # The lists are kept with the reading: as long as it is there, no other object has their ids.
    _READINGS[key] = (lists, reading)
    if len(_READINGS) > _KEPT:
        _READINGS.popitem(last=False)
    return reading


_KEPT = 8
_READINGS: OrderedDict[tuple[Any, ...], tuple[tuple[AdminEntities, ...], Reading]] = OrderedDict()


def _kind(entities: AdminEntities) -> str:
    name = entities.path.strip("/")
    return CREDENTIALS.get(name, name)


def _read(lists: tuple[AdminEntities, ...], address: str) -> Reading:
    for entities in lists:
        if entities.failure:
            told = f"the Admin API's list {entities.path} could not be read: {entities.failure}"
            return not_measured(entities.failure) or Inconclusive(told)
    there = tuple(entities for entities in lists if not entities.absent)
    documents = {_kind(entities): entities.documents for entities in there}
    for entities in there:
        if below := _BELOW.get(entities.path.strip("/")):
            documents[below] = entities.below
    try:
        return from_admin(configuration(documents), address or "the Admin API", documents)
    except ValueError as error:
        return Inconclusive(f"the Admin API's lists are not understood: {error}")


__all__ = [
    "Reading", "admin_lists", "configured", "given_of", "listed", "live", "private_lists", "readable",
    "unless_given",
]  # fmt: skip

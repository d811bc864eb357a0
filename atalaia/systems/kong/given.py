"""What a stack's gateway is meant to serve: its declarative file, or what its Admin API lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Protocol

from atalaia.environment import Environment
from atalaia.systems.kong.admin.lists import CREDENTIALS
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.effective import Scopes
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.live import configuration
from atalaia.systems.kong.pairs import entities_of
from atalaia.systems.kong.problems import DeclarativeError, Problem
from atalaia.systems.kong.records import TLS
from atalaia.systems.kong.routing import Router
from atalaia.systems.kong.secrecy import secrets_of
from atalaia.systems.lines import Lines, Path

_OF_URL = frozenset({"protocol", "host", "port", "path"})
"""Fields of a service that a file may give as one `url`."""

_TEXT: Path = ("error",)
"""Where Kong puts a fault of the text as a whole."""


class Identified(Protocol):
    """An entity."""

    @property
    def id(self) -> str:
        """Its id."""


@dataclass(frozen=True)
class Given:
    """What a gateway is meant to serve, and where each part of it stands."""

    text: str = field(repr=False)
    """The declarative file's; empty where the Admin API was asked."""
    origin: str
    """The file's name as it is shown, or the Admin API's address."""
    configuration: Configuration | None = field(repr=False)
    """None where Kong would refuse the file."""
    refusal: DeclarativeError | None = None
    """Why Kong would refuse the file."""
    live: bool = False
    """Whether it came from the Admin API."""
    listed: frozenset[str] = frozenset()
    """The kinds of entities that it was asked for there, and that it has."""

    @cached_property
    def router(self) -> Router:
        """Finds the route of a request. Raises ValueError where Kong would refuse the file."""
        if self.configuration is None:
            raise ValueError("a declarative file that Kong refuses routes nothing")
        return Router(self.configuration)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """What is secret in its entities, by the names of the fields."""
        of = self.configuration or Configuration()
        documents = (
            entity.document
            for kind in (of.services, of.routes, of.plugins, of.upstreams, of.credentials, of.tls)
            for entity in kind
        )
        return frozenset(secret for document in documents for secret in secrets_of(document))

    @cached_property
    def scopes(self) -> Scopes:
        """Says which plugins are effective. Raises ValueError where Kong would refuse the file."""
        if self.configuration is None:
            raise ValueError("a declarative file that Kong refuses has no plugins")
        return Scopes(self.configuration)

    @cached_property
    def lines(self) -> Lines:
        """Where things stand in the file."""
        return Lines(self.text)

    def line(self, entity: Identified | str, *fields: str | int) -> str:
        """Where an entity (or the one with this id) says this: `kong.yml:37`.

        The line of the field where the file has it, else of the innermost part that is there, else of the
        entity. Of the Admin API: the entity's path there, `/routes/users`.
        """
        id_ = entity if isinstance(entity, str) else entity.id
        if self.live:
            return admin_path(self.configuration, id_)
        place = self.configuration.places.get(id_) if self.configuration else None
        if place is None:
            return self.origin
        if fields and fields[0] in _OF_URL and self.lines.exact((*place, *fields)) is None:
            fields = ("url",)
        return f"{self.origin}:{self.lines.of((*place, *fields))}"

    def place(self, problem: Problem) -> str:
        """Where a fault is: `kong.yml:12`."""
        return f"{self.origin}:{self._line_of(problem)}"

    @property
    def problems(self) -> tuple[str, ...]:
        """Every reason for which Kong would refuse the file, in the file's order, each
        `kong.yml:12: services[0].host: required field missing`; none quotes a secret.
        """
        faults = self.refusal.problems if self.refusal else ()
        return tuple(f"{self.place(fault)}: {_told(fault)}" for fault in sorted(faults, key=self._line_of))

    def _line_of(self, problem: Problem) -> int:
        if problem.line is not None:
            return problem.line
        path: Path = problem.path if problem.place is None else problem.place
        if path == _TEXT:
            return 1
        if path[-1] in _OF_URL and self.lines.exact(path) is None:
            return self.lines.of((*path[:-1], "url"))
        return self.lines.of(path)


def _told(fault: Problem) -> str:
    return str(replace(fault, path=() if fault.path == _TEXT else fault.place or fault.path))


@lru_cache(maxsize=8)
def given(text: str, origin: str) -> Given:
    """What a declarative file gives. Read once for each text; a file that is refused is no error here."""
    try:
        return Given(text, origin, load(text))
    except DeclarativeError as refused:
        return Given(text, origin, None, refused)


def given_of(environment: Environment) -> Given | None:
    """What the gateway's declarative file gives; None where the environment names none."""
    file = environment.gateway_file
    if file is None:
        return None
    return _listed(file.text, file.shown) if file.live else given(file.text, file.shown)


@lru_cache(maxsize=8)
def _listed(text: str, address: str) -> Given:
    return from_admin(configuration(json.loads(text)), address)


def from_admin(configuration: Configuration, address: str, listed: Iterable[str] = ()) -> Given:
    """What a gateway serves, as its Admin API at this address lists it; `listed`: the kinds asked for."""
    return Given("", address, configuration, live=True, listed=frozenset(listed))


def admin_path(configuration: Configuration | None, id_: str) -> str:
    """The path of an entity in the Admin API, by its name where it has one: `/routes/users`."""
    for kind, entities in _by_kind(configuration or Configuration()).items():
        for entity in entities:
            if entity.id == id_:
                name = getattr(entity, "name", "") or getattr(entity, "username", "")
                return f"/{kind}/{name if name and kind != 'plugins' else id_}"
    return "/"


def _by_kind(of: Configuration) -> Mapping[str, tuple[Identified, ...]]:
    return {
        "services": of.services, "routes": of.routes, "plugins": of.plugins,
        "upstreams": of.upstreams, "targets": of.targets, "consumers": of.consumers,
        **{path: entities_of(of, kind) for path, kind in CREDENTIALS.items()},
        **{kind: entities_of(of, kind) for kind in TLS},
    }  # fmt: skip

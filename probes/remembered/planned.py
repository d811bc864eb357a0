"""Planning anew, and noting what the plan is made of."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from atalaia.environment import Environment
from atalaia.environment.loader import load
from probes.planning.watching import watch_of
from probes.remembered.ground import Ground, content_of
from probes.watch import Watch


class _Noting(Mapping[str, str]):
    """Variables, and the names of those that were asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def planned(path: Path, variables: Mapping[str, str]) -> tuple[Watch, Ground | None]:
    """What is watched of the environment of this file, and what that stands on; None where it has to be
    planned anew each time: a check of the catalogue is given the whole environment.

    Raises UsageErrors.
    """
    noting = _Noting(variables)
    before = content_of(path)
    environment = load(path, noting)
    watch = watch_of(environment)
    contents = {each: content_of(each) for each in (path, *_named(environment))}
    texts = {each: content for each, content in contents.items() if content is not None}
    if before != contents[path] or len(texts) < len(contents) or _is_whole(watch):
        return watch, None
    ground = Ground.of(texts, variables, noting.asked, watch.secrets, secrets.token_hex(8))
    return watch, ground


def _is_whole(watch: Watch) -> bool:
    return any(each.kind == "catalogue" for each in watch.planned)


def _named(environment: Environment) -> Iterator[Path]:
    """The files that the environment names, and of which it keeps the text."""
    named = (
        environment.gateway.declarative if environment.gateway else None,
        environment.prometheus.config if environment.prometheus else None,
        environment.alertmanager.config if environment.alertmanager else None,
    )
    yield from (each for each in named if each is not None)

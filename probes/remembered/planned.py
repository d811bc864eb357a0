"""Planning anew, and noting what the plan is made of."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from atalaia.environment import Environment
from atalaia.environment.loader import load
from probes.planning.watching import watch_of
from probes.remembered.ground import Ground, Readings, content_of, loaded_code
from probes.watch import Watch

_BEGUN = time.time()
_MARGIN = 5.0
"""Seconds before this was loaded in which the other files may have been."""


@dataclass(frozen=True)
class Made:
    """What a plan was made of, and what that held."""

    ground: Ground
    readings: Readings


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


def planned(path: Path, variables: Mapping[str, str]) -> tuple[Watch, Made | None]:
    """What is watched of the environment of this file, and what that is made of; None where that cannot be
    told: a file or the code is just being changed, or a check of the catalogue is given it all.

    Raises UsageErrors.
    """
    before = content_of(path)
    noting = _Noting(variables)
    environment = load(path, noting)
    watch = watch_of(environment)
    read = {path: before, **dict(_named(environment))}
    code = dict(loaded_code())
    ground = Ground(tuple(sorted(noting.asked)), tuple(map(str, read)), tuple(sorted(code)))
    readings = ground.readings(variables)
    if readings is None or any(each.kind == "catalogue" for each in watch.planned):
        return watch, None
    now = readings.texts[len(ground.variables) :]
    same = all(text is None or text == there for text, there in zip(read.values(), now, strict=True))
    return watch, Made(ground, readings) if same and before is not None and _is_settled(code) else None


def _named(environment: Environment) -> Iterator[tuple[Path, str | None]]:
    """The files that the environment names, each with its text as it was read; None where none was."""
    if environment.gateway and environment.gateway.declarative and environment.gateway_file:
        yield environment.gateway.declarative, environment.gateway_file.text
    for file in environment.monitoring_files:
        yield file.path, file.text
    if environment.tls.ca:
        yield environment.tls.ca, None


def _is_settled(code: Mapping[str, int | None]) -> bool:
    """Whether the code that is loaded is the code that lies there."""
    return all(changed is not None and changed / 1e9 < _BEGUN - _MARGIN for changed in code.values())

"""Every text of a YAML file with its place, as far as the file can be read at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from atalaia.environment.secrecy import Place

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_MERGE = "<<"


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    place: Place
    mapping: bool
    name: str | None = None
    """The key whose value comes next, in a mapping."""


def texts(document: str) -> Iterator[tuple[str, Place]]:
    """Every value that is a text, a number as it is written included, up to where the file is no YAML.

    What stands at an anchor is told once, at its own place. Nothing is built, so that a file that repeats
    or nests without measure costs no more than its size.
    """
    anchors: dict[str, str] = {}
    waiting: list[_Open] = []
    try:
        for event in yaml.parse(document, Loader=_LOADER):
            if isinstance(event, yaml.ScalarEvent):
                if event.anchor:
                    anchors[event.anchor] = event.value
                yield from _scalar(waiting, event.value)
            elif isinstance(event, yaml.AliasEvent):
                yield from _scalar(waiting, anchors.get(event.anchor or "", ""))
            elif isinstance(event, yaml.CollectionStartEvent):
                place = _place(waiting)
                waiting.append(_Open(place, isinstance(event, yaml.MappingStartEvent)))
            elif isinstance(event, yaml.CollectionEndEvent):
                waiting.pop()
                if waiting:
                    waiting[-1].name = None
    except (yaml.YAMLError, ValueError):
        return


def _scalar(waiting: list[_Open], text: str) -> Iterator[tuple[str, Place]]:
    if not waiting:
        return
    around = waiting[-1]
    if around.mapping and around.name is None:
        around.name = text
        return
    yield text, _place(waiting)
    around.name = None


def _place(waiting: list[_Open]) -> Place:
    if not waiting:
        return ()
    around = waiting[-1]
    if not around.mapping or around.name in (None, _MERGE):
        return around.place
    return (*around.place, str(around.name))

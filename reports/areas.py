"""The systems that a reader thinks in: the areas of the catalogue, told by how an id begins."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.checks.catalogue import AREAS
from atalaia.run.results import Result

_TITLES = {check.id.split(".", 1)[0]: title.lower() for title, checks in AREAS.items() for check in checks}
"""What the ids of an area's checks begin with → its title. By prefix, because a findings.json may
hold checks that this version does not know."""


def area_of(check: str) -> str:
    """The title of the area of a check; one of no known area is called as its id begins."""
    prefix = check.split(".", 1)[0]
    return _TITLES.get(prefix, prefix.replace("-", " "))


def by_area(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by the title of their area: those of the catalogue in its order, then the others."""
    found: dict[str, list[Result]] = {title.lower(): [] for title in AREAS}
    for result in results:
        found.setdefault(area_of(result.check), []).append(result)
    return {title: members for title, members in found.items() if members}

"""Which scenario a user means."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from atalaia.environment.find import SUFFIXES, named
from atalaia.errors import UsageError


def find(chosen: str) -> Path:
    """The file that a user's word stands for.

    A path (something with a slash, or that ends in .yml or .yaml) is itself, whether the file exists or not;
    a name is ./scenarios/NAME.yml, else one of the scenarios that come with Atalaia.
    Raises UsageError where it stands for nothing.
    """
    if os.sep in chosen or chosen.endswith(SUFFIXES):
        return Path(chosen)
    there = scenarios()
    if chosen in there:
        return there[chosen]
    similar = get_close_matches(chosen, there, 1)
    raise UsageError(
        f"no scenario is called {chosen!r}",
        expected=f"there are: {', '.join(sorted(there))}",
        hint=f"did you mean {similar[0]}?" if similar else "a path has a slash in it or ends in .yml",
    )


def scenarios() -> dict[str, Path]:
    """Name → file, a user's own before those that come with Atalaia."""
    return named(Path(str(files("loadtests"))) / "scenarios", Path("scenarios"))

"""Which security headers an answer must carry: a profile, by header."""

from __future__ import annotations

from pydantic import Field

from atalaia.environment.base import Section, Text
from atalaia.environment.frozen import FrozenDict, Table

PROFILES = ("api", "html", "admin")
"""Profiles that need no declaration."""


class HeaderProfile(Section):
    """What the headers of an answer must say, beyond or instead of a profile that is there already."""

    extends: Text | None = None
    """The profile that this one starts from: api, html, admin, or another of the file."""
    require: Table[Text, Text] = Field(default_factory=FrozenDict)
    """Header → the value that it must have."""
    forbid: tuple[Text, ...] = ()
    """Headers that must not be there."""
    ignore: tuple[Text, ...] = ()
    """Headers of the profile that are not asked for here."""
    compression: bool = False
    """Whether answers of 1 KiB and more are compressed for clients that accept it."""

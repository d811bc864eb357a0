"""Which security headers an answer must carry: a profile, by header."""

from typing import Literal

from pydantic import Field

from atalaia.environment.base import Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.tables import Table

PROFILES = ("api", "html", "admin")
"""Profiles that need no declaration."""


class HeaderProfile(Section):
    """What the headers of an answer must say, beyond or instead of a profile that is there already."""

    extends: Text | None = None
    """The profile that this one starts from: api, html, admin, or another of the file."""
    hop: Literal["gateway", "load-balancer"] | None = None
    """Where they are there at the latest: on every answer of the gateway (the default), or only on what
    leaves the load balancer."""
    require: Table[Text, Text] = Field(default_factory=empty)
    """Header → the value that it must have, or a stronger one; `*` is any."""
    forbid: tuple[Text, ...] = ()
    """Headers that clients must not see; `X-Kong-*` is all that begin so."""
    ignore: tuple[Text, ...] = ()
    """Headers of the profile that are not asked for here."""
    compression: bool = False
    """Whether answers of 1 KiB and more are compressed for clients that accept it."""

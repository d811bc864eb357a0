"""What is asked of Kong's Admin API, and what its lists hold."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.failure import Failure
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen


class AdminEntities(Seen):
    """The entities of a list, from all of its pages, or why there are not all."""

    path: str
    documents: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
    """As Kong lists them, what is secret by its name replaced (see `secrecy`)."""
    below: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
    """The entities of the lists below each of them, where they were asked for."""
    pages: int = 0
    absent: bool = False
    """Whether the server has no such list, where that was allowed for."""
    failure: Failure | None = None
    """Set where the list is not whole."""
    elapsed: float = 0.0


class AdminList(Observable):
    """GET a list of the Admin API, page after page; nothing is written."""

    sees: ClassVar[type[Seen]] = AdminEntities

    url: Url
    """The Admin API."""
    path: str
    """`/routes`"""
    below: str = ""
    """A list that each entity has, which is wanted too: `targets` of `/upstreams`."""
    optional: bool = False
    """Whether a server may have no such list: a plugin's credentials, where the plugin is not enabled."""
    known: tuple[SecretStr, ...] = ()
    """What is secret in the declarative file: another secret in its place is told as another."""

"""A request as it is asked for: what is sent, apart from what is made of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from atalaia.environment.url import Url
from atalaia.exchange.bearer import Bearer


@dataclass(frozen=True)
class Request:
    """One HTTP request. What may hold a secret is printed nowhere."""

    url: Url
    """The server: scheme, host and port; its own path is ignored."""
    target: str = field(repr=False)
    """Path and query as sent."""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    without: tuple[str, ...] = ()
    """Names of headers that the toolkit sends of itself, such as X-Request-ID, and must not here."""
    body: bytes | None = field(default=None, repr=False)
    bearer: Bearer | None = None
    """A token of the toolkit's own making, sent in Authorization."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    """Basic authentication, where given."""
    follow_redirects: bool = False

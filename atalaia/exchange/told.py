"""What is told of a request: nothing that would let a reader in."""

from __future__ import annotations

import re

from atalaia.exchange.request import Request

_SECRET = re.compile(r"authorization|cookie|token|secret|api-?key", re.IGNORECASE)


def told_headers(request: Request) -> tuple[tuple[str, str], ...]:
    """The request's own headers as an exchange tells them: without those that carry credentials."""
    return tuple((name, value) for name, value in request.headers if not _SECRET.search(name))

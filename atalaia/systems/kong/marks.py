"""The marks that Kong leaves on answers, where its `headers` setting and the edge let them through."""

from __future__ import annotations

import re

from atalaia.exchange.response import Response

_KONG = re.compile(r"\bkong/", re.IGNORECASE)


def passed_kong(response: Response) -> bool:
    """Whether an answer came from Kong or through it: its Via, Server or X-Kong-* latency headers."""
    return (
        any(_KONG.search(value) for value in response.all("Via"))
        or any(_KONG.match(value) for value in response.all("Server"))
        or any(name.lower().startswith("x-kong-") for name, _ in response.headers)
    )


def is_manager(response: Response) -> bool:
    """Whether an answer is the page of Kong Manager, by its title."""
    return b"<title>Kong Manager" in response.body


def is_admin_api(response: Response) -> bool:
    """Whether an answer is from Kong's Admin API, whatever its status: by its header or its content."""
    if response.header("X-Kong-Admin-Latency") is not None:
        return True
    try:
        document = response.json()
    except ValueError:
        return False
    if not isinstance(document, dict):
        return False
    return (
        document.get("tagline") == "Welcome to kong"
        or (
            {"memory", "server"} <= document.keys()
            and ("configuration_hash" in document or "database" in document)
        )
        or {"plugins", "configuration", "lua_version"} <= document.keys()
    )

"""basic-auth: a user name and a password name a consumer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from atalaia.systems.kong.entities import Configuration, Credential, Plugin
from atalaia.systems.kong.plugins.credentials import Authenticator, Identity, unauthorized
from atalaia.systems.kong.plugins.turn import Answer, Turn

_REALM = ("WWW-Authenticate", 'Basic realm="kong"')
_BASIC = re.compile(r"\s*[Bb]asic\s*(.+)")


class BasicAuth(Authenticator):
    """The plugin in the pipeline."""

    name = "basic-auth"
    kind = "basicauth_credentials"
    unique = "username"

    def __init__(self, plugin: Plugin, configuration: Configuration) -> None:
        super().__init__(plugin.config.get("anonymous"), configuration, on_preflight=True)
        self._hide = bool(plugin.config.get("hide_credentials"))

    def authenticate(self, turn: Turn) -> Identity | Answer:
        """Proxy-Authorization first, then Authorization."""
        by_name = turn.request.by_name
        if "authorization" not in by_name and "proxy-authorization" not in by_name:
            return unauthorized(turn, "Unauthorized", _REALM)
        for name in ("proxy-authorization", "authorization"):
            given = _credentials((by_name.get(name) or ("",))[0])
            if self._hide:
                turn.change_headers().pop(name, None)
            if given and (credential := self.credential(given[0])):
                if _genuine(credential, given[1]):
                    return self.identity(credential)
                break
        return unauthorized(turn, "Invalid authentication credentials")


def _credentials(header: str) -> tuple[str, str] | None:
    found = _BASIC.search(header)
    if not found:
        return None
    try:
        text = base64.b64decode(found[1], validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return None
    username, colon, password = text.partition(":")
    return (username, password) if username and colon else None


def _genuine(credential: Credential, password: str) -> bool:
    """Kong stores the SHA-1 of password and consumer id; a file may hold the password itself, or that."""
    stored = str(credential.document.get("password") or "").encode()
    given = password.encode("utf-8", "surrogateescape")
    digest = hashlib.sha1(given + (credential.consumer or "").encode(), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(stored, given) or hmac.compare_digest(stored, digest.encode())

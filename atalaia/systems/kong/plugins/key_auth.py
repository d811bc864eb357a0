"""key-auth: a key in a header, the query or the body names a consumer."""

from __future__ import annotations

import json

from atalaia.systems.kong.entities import Configuration, Plugin
from atalaia.systems.kong.plugins import queries
from atalaia.systems.kong.plugins.credentials import Authenticator, Identity, unauthorized
from atalaia.systems.kong.plugins.turn import Answer, Turn
from atalaia.systems.kong.versions import V3_7, Version

_REALM = ("WWW-Authenticate", 'Key realm="kong"')


class KeyAuth(Authenticator):
    """The plugin in the pipeline."""

    name = "key-auth"
    kind = "keyauth_credentials"
    unique = "key"

    def __init__(self, plugin: Plugin, configuration: Configuration, version: Version) -> None:
        config = plugin.config
        super().__init__(
            config.get("anonymous"), configuration, on_preflight=config.get("run_on_preflight") is not False
        )
        self._names: tuple[str, ...] = tuple(config.get("key_names") or ("apikey",))
        self._in_header = config.get("key_in_header") is not False
        self._in_query = config.get("key_in_query") is not False
        self._in_body = bool(config.get("key_in_body"))
        self._hide = bool(config.get("hide_credentials"))
        self._always_challenges = version >= V3_7

    def authenticate(self, turn: Turn) -> Identity | Answer:
        """Look for the key where it may stand, name by name."""
        challenge = (_REALM,) if self._always_challenges else ()
        key: queries.Value | None = None
        for name in self._names:
            key = self._find(turn, name)
            if isinstance(key, list):
                return unauthorized(turn, "Duplicate API key found", *challenge)
            if isinstance(key, str):
                if self._hide:
                    self._remove(turn, name)
                break
        if not isinstance(key, str) or not key:
            return unauthorized(turn, "No API key found in request", _REALM)
        credential = self.credential(key)
        if credential is None:
            return unauthorized(turn, "Invalid authentication credentials", *challenge)
        return self.identity(credential)

    def _find(self, turn: Turn, name: str) -> queries.Value | None:
        found: queries.Value | None = None
        if self._in_header:
            given = turn.request.by_name.get(name.lower().replace("_", "-"))
            found = None if not given else given[0] if len(given) == 1 else list(given)
        if found is None and self._in_query and "?" in turn.request.target:
            found = queries.arguments(turn).get(name)
        if found is None and self._in_body:
            found = _body(turn).get(name)
        return found

    def _remove(self, turn: Turn, name: str) -> None:
        arguments = queries.arguments(turn)
        if arguments.pop(name, None) is not None:
            turn.query = queries.encode(arguments)
        turn.change_headers().pop(name.lower(), None)
        if self._in_body and name in (form := _body(turn)):
            del form[name]
            turn.body = (
                json.dumps(form, separators=(",", ":")) if _is_json(turn) else queries.encode(form)
            ).encode()


def _is_json(turn: Turn) -> bool:
    return (turn.header("content-type") or "").lower().startswith("application/json")


def _body(turn: Turn) -> dict[str, queries.Value]:
    """The fields of a form or a JSON object; none where the body is something else."""
    raw = bytes(turn.request.body if turn.body is None else turn.body)
    if _is_json(turn):
        try:
            document = json.loads(raw)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}
    if (turn.header("content-type") or "").lower().startswith("application/x-www-form-urlencoded"):
        return queries.parse(raw.decode("latin-1"))
    return {}

"""request-termination: Kong answers itself, always or where a trigger is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.forwarding import host_name
from atalaia.systems.kong.plugins import answers, queries
from atalaia.systems.kong.plugins.turn import Answer, Step, Turn

DEFAULT_MESSAGES = {
    401: "Unauthorized", 404: "Not found", 405: "Method not allowed", 500: "An unexpected error occurred",
    502: "Bad Gateway", 503: "Service unavailable",
}  # fmt: skip


class RequestTermination(Step):
    """The plugin in the pipeline."""

    name = "request-termination"

    def __init__(self, plugin: Plugin) -> None:
        config = plugin.config
        self._status = int(config.get("status_code") or 503)
        self._message: str | None = config.get("message") or DEFAULT_MESSAGES.get(self._status)
        self._body: str | None = config.get("body")
        self._content_type: str | None = config.get("content_type")
        self._trigger: str | None = config.get("trigger")
        self._echo = bool(config.get("echo"))

    def access(self, turn: Turn) -> Answer | None:
        """Answer, unless a trigger is configured and neither a header nor an argument of that name came."""
        if self._trigger and not self._triggered(turn, self._trigger):
            return None
        if self._echo:
            return answers.document(self._status, self._seen(turn))
        if self._body is not None:
            return Answer(self._status, self._content_type, self._body.encode())
        if self._message is None:
            return Answer(self._status, None, b"")
        return answers.document(self._status, {"message": self._message})

    @staticmethod
    def _triggered(turn: Turn, name: str) -> bool:
        if turn.request.by_name.get(name.lower().replace("_", "-")):
            return True
        return name in queries.arguments(turn)

    def _seen(self, turn: Turn) -> Mapping[str, Any]:
        """The request as Kong saw it. What a node tells about itself (`kong`) is empty in the model."""
        request, match = turn.request, turn.match
        raw = bytes(request.body).decode("utf-8", "replace")
        seen: dict[str, Any] = {
            "scheme": "http",
            "host": host_name((request.by_name.get("host") or ("",))[0]),
            "headers": {name: _one(values) for name, values in request.by_name.items()},
            "query": queries.arguments(turn),
            "raw_body": raw,
            "method": request.method,
            "path": match.path if match else request.target.partition("?")[0],
        }
        if (request.by_name.get("content-type") or ("",))[0].startswith("application/json"):
            with suppress(ValueError):
                seen["body"] = json.loads(raw)
        content: dict[str, Any] = {"kong": {}, "request": seen}
        if self._message is not None:
            content["message"] = self._message
        if match:
            content["matched_route"] = dict(match.route.document)
            if match.service:
                content["matched_service"] = dict(match.service.document)
        return content


def _one(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)

"""Kong's own answers in the two forms that plugins give them."""

from __future__ import annotations

import json
from typing import Any

from atalaia.systems.kong import errors
from atalaia.systems.kong.plugins.turn import Answer, Turn

UNEXPECTED = "An unexpected error occurred"


def error(turn: Turn, status: int, message: str, *headers: tuple[str, str]) -> Answer:
    """kong.response.error: in the format that Accept asks for."""
    content_type, body = errors.body(message, turn.header("accept"), turn.request_id)
    return Answer(status, content_type, body, headers)


def document(status: int, content: Any, *headers: tuple[str, str]) -> Answer:
    """kong.response.exit with a table: compact JSON, whatever Accept says."""
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, errors.JSON, body, headers)


def failed() -> Answer:
    """What Kong answers when a plugin's own code fails while it handles a request."""
    return document(500, {"message": UNEXPECTED})

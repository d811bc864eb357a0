"""request-size-limiting: a body that is too large is refused before the upstream sees it."""

from __future__ import annotations

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.turn import Answer, Step, Turn

UNITS = {"megabytes": 2**20, "kilobytes": 2**10, "bytes": 1}
_EXCEEDED = "Request size limit exceeded"
_NEEDED = "A valid Content-Length header is required"


class RequestSizeLimiting(Step):
    """The plugin in the pipeline."""

    name = "request-size-limiting"

    def __init__(self, plugin: Plugin) -> None:
        config = plugin.config
        size = config.get("allowed_payload_size")
        self.most = (128 if size is None else int(size)) * UNITS[config.get("size_unit") or "megabytes"]
        """Bytes that are allowed."""
        self._require_length = bool(config.get("require_content_length"))

    def access(self, turn: Turn) -> Answer | None:
        """Believe Content-Length where there is one, else look at the body."""
        length = turn.header("content-length")
        if length is not None and length.isdigit() and length.isascii():
            size = int(length)
        elif self._require_length:
            return answers.error(turn, 411, _NEEDED)
        else:
            size = len(turn.request.body)
        if size <= self.most:
            return None
        expects = (turn.header("expect") or "").strip().lower() == "100-continue"
        return answers.error(turn, 417 if expects else 413, _EXCEEDED)

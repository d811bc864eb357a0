"""An answer over HTTP. A dataclass: probes read thousands of them, and load no pydantic."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Response:
    """An answer, with its headers in wire order, duplicates and letter case kept."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {
        "extra": "forbid",
        "ser_json_bytes": "base64",
        "val_json_bytes": "base64",
    }

    status: int
    reason_phrase: str = ""
    http_version: str = "1.1"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    """At most the cap; decoded from gzip or deflate within the same cap."""
    truncated: bool = False
    """The body was longer than the cap and was cut."""

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in any letter case."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in wire order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError where it is not (or is nested too deeply)."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

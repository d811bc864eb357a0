"""Texts that are made once and looked up from then on."""

from __future__ import annotations

_LIMIT = 4096


class Remembered(dict[tuple[object, ...], str]):
    """Texts by what they were made of, so many at most: then all are made anew."""

    def remember(self, key: tuple[object, ...], text: str) -> str:
        """Keep a text; returns it."""
        if len(self) >= _LIMIT:
            self.clear()
        self[key] = text
        return text

"""Answers without what would let their reader in: the signatures of tokens, the values of cookies.

A token's claims stay, because lifetimes are judged by them; without its signature it opens nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace

from atalaia.exchange.response import Response
from atalaia.redaction import MARK

_TOKEN = re.compile(rb"\b(eyJ[\w-]{5,8000}\.[\w-]{5,8000})\.[\w-]+")
_BETWEEN = re.compile(r"[\s\"'<>]")
_COOKIE = re.compile(r"^(\s*[^=;]*=)[^;]*")


def scrub(response: Response) -> Response:
    """The response as it may be kept."""
    return replace(response, headers=scrub_headers(response.headers), body=scrub_body(response.body))


def scrub_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Headers as they may be kept."""
    return tuple((name, _value(name, value)) for name, value in headers)


def scrub_body(raw: bytes) -> bytes:
    """A body, or a part of one, as it may be kept."""
    # Most of what comes holds no token: found by its first letters sooner than by the whole pattern.
    return _TOKEN.sub(rb"\1." + MARK.encode(), raw) if b"eyJ" in raw else raw


def cut(text: str, limit: int) -> str:
    """The beginning of a text, without the word that the limit would cut: a part of a secret is not found by
    who takes out whole ones."""
    if len(text) <= limit:
        return text
    *_, end = (0, *(found.end() for found in _BETWEEN.finditer(text, 0, limit)))
    return text[:end]


def _value(name: str, value: str) -> str:
    if name.lower() == "set-cookie":
        return _COOKIE.sub(rf"\g<1>{MARK}", value)
    return scrub_body(value.encode()).decode() if "eyJ" in value else value

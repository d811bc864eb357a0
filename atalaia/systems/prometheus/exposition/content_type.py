"""What the Content-Type of a page says.

Prometheus 2 reads any unknown type as text; Prometheus 3 refuses the scrape where the type is missing or
none of its own, unless `fallback_scrape_protocol` is set (prometheus.io/docs/prometheus/latest/migration).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TEXT = "text/plain"
OPENMETRICS = "application/openmetrics-text"
_VERSIONS = {TEXT: ("0.0.4", "1.0.0"), OPENMETRICS: ("0.0.1", "1.0.0")}
_PARAMETER = re.compile(r'\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*("[^"]*"|[^\s;"]*)\s*\Z')


@dataclass(frozen=True)
class ContentType:
    """A Content-Type, and what is wrong with it."""

    openmetrics: bool | None
    """Which format it announces; None: neither."""
    wrong: str = ""


def content_type(values: tuple[str, ...]) -> ContentType:
    """What the headers of this name say."""
    if not values:
        return ContentType(None, "no Content-Type")
    if len(values) > 1:
        return ContentType(None, f"{len(values)} Content-Type headers")
    media, *rest = values[0].split(";")
    media = media.strip().lower()
    if media not in _VERSIONS:
        return ContentType(None, f"Content-Type {_short(values[0])}")
    openmetrics = media == OPENMETRICS
    for text in rest:
        found = _PARAMETER.match(text)
        if found is None and text.strip():
            return ContentType(openmetrics, f"a Content-Type that cannot be read: {_short(values[0])}")
        if found is None:
            continue
        name, value = found[1].lower(), found[2].strip('"').lower()
        if name == "version" and value not in _VERSIONS[media]:
            return ContentType(openmetrics, f"the unknown version {_short(value)} of {media}")
        if name == "charset" and value not in {"utf-8", "utf8", "us-ascii"}:
            return ContentType(openmetrics, f"charset {_short(value)}, where the format is UTF-8")
    return ContentType(openmetrics)


def _short(text: str) -> str:
    text = "".join(character if character.isprintable() else "·" for character in text)
    return f"“{text[:60]}”"

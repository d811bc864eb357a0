"""Values of a configuration: which are as good as none, which are one, and how they are told."""

from __future__ import annotations

import re
from typing import Any

from atalaia.environment.secrecy import Place
from atalaia.environment.withheld import Covered
from atalaia.redaction import MARK
from atalaia.systems.prometheus.durations import seconds

_SECRET = "<secret>"  # noqa: S105 - what Prometheus and the Alertmanager write in the place of one
_MASKED = "xxxxx"
"""What Go writes in the place of a password in a URL (net/url, URL.Redacted)."""
_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@/\s]*@")
_SIZE = re.compile(r"(\d+)([KMGTPE]?)i?B")
_LONGEST = 160


def is_empty(value: Any) -> bool:
    """Whether a value says what saying nothing says, once defaults are filled in."""
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    return value is None or value is False or (isinstance(value, (str, int, float, list)) and not value)


def is_same(key: str, meant: Any, running: Any) -> bool:
    """Whether two single values under a name mean the same: a masked secret is any secret."""
    if running == _SECRET:
        return not is_empty(meant)
    if isinstance(meant, bool) or isinstance(running, bool):
        return meant is running
    if is_empty(meant) or is_empty(running):
        return is_empty(meant) and is_empty(running)
    one, other = str(meant).strip(), str(running).strip()
    length = seconds(one)
    if one == other or (length is not None and length == seconds(other)):
        return True
    if _size(one) is not None and _size(one) == _size(other):
        return True
    if MARK in other:
        # What is known to be secret was taken out before this was looked at.
        return re.fullmatch(".+".join(map(re.escape, other.split(MARK))), one, re.DOTALL) is not None
    if "://" in one:
        masked = _PASSWORD.sub(rf"\1:{_MASKED}@", one) if f":{_MASKED}@" in other else one
        return masked.rstrip("/") == other.rstrip("/")
    # Relative paths are told from the configuration's directory on.
    relative = key.endswith(("_file", "_files")) or key in ("files", "templates")
    return relative and other.startswith("/") and other.endswith(f"/{one.removeprefix('./')}")


def _size(text: str) -> int | None:
    """Bytes: `5MB` is `5MiB` (github.com/alecthomas/units, Base2Bytes)."""
    found = _SIZE.fullmatch(text)
    return int(found[1]) * 1024 ** " KMGTPE".index(found[2] or " ") if found else None


def told(value: Any, place: Place, covered: Covered) -> str:
    """A value for people, without what may not be shown of it."""
    text = " ".join(_told(value, place, covered).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _told(value: Any, place: Place, covered: Covered) -> str:
    if isinstance(value, dict):
        entries = ((key, _told(item, (*place, str(key)), covered)) for key, item in value.items())
        return f"{{{', '.join(f'{key}: {text}' for key, text in entries)}}}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_told(item, place, covered) for item in value) or "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if is_empty(value) and value != 0:
        return "nothing"
    return str(value) if value == _SECRET else covered(str(value), place, lambda part, sure: MARK)

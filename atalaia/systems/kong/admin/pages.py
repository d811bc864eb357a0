"""The pages of the Admin API's lists: what they hold, and where the next one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_ID = re.compile(r"[A-Za-z0-9._~\-]{1,100}")
_PATH = re.compile(r"/(?!/)[!#-\[\]-~]*")
"""Nothing that would lead to another server, or that no request line may hold."""


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    documents: tuple[dict[str, Any], ...]
    next: str | None
    """Path and query of the page after it; None where it is the last."""


def page_of(document: Any) -> Page:
    """A page from its JSON. Raises ValueError, saying what it is instead."""
    if not isinstance(document, dict) or "data" not in document:
        raise ValueError("no page of a list: an object with data and next")
    data = document["data"]
    if data == {}:  # an empty table of Lua
        data = []
    if not isinstance(data, list):
        raise ValueError("data is no list")  # noqa: TRY004 - a document
    for position, item in enumerate(data):
        if not isinstance(item, dict) or not _ID.fullmatch(str(item.get("id"))):
            raise ValueError(f"data[{position}] is no entity: an object with an id")
    following = document.get("next")
    if following is not None and not (isinstance(following, str) and _is_path(following)):
        raise ValueError("next is no path of the same server")
    return Page(tuple(data), following)


def _is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None

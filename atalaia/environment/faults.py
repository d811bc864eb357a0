"""One fault of an environment file, told in one form."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from atalaia.errors import UsageError

Location = tuple[str | int, ...]
"""Where a value stands: ("routes", 0, "service")."""

_MANY = 60
"""So many names are told and compared; no hand-written section has more."""

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_$./ -]{1,60}")


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong at a line; what is allowed there; what may have been meant.

    None of them ever quotes a value of the file, which may be a secret in the wrong place; names of
    keys, and alternatives of ours, are told.
    """

    line: int
    key: str
    """`section.key`, as `dotted` writes it; empty where the whole file is meant."""
    what: str
    allowed: str = ""
    hint: str = ""

    def error(self, file: str) -> UsageError:
        """`file:line: section.key: what is wrong; what is allowed; did you mean …`."""
        what = f"{self.key}: {self.what}" if self.key else self.what
        return UsageError(what, where=f"{file}:{self.line}", expected=self.allowed, hint=self.hint)


def dotted(location: Location) -> str:
    """("routes", 0, "service") → `routes[0].service`; keys of unusual letters are left out."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f"{'.' if text else ''}{shown(part)}"
    return text


def shown(key: str) -> str:
    """A key, where it reads like one; whatever else stands in a key's place is not repeated."""
    return key if _PLAIN_KEY.fullmatch(key) else "…"


def listed(names: Collection[str]) -> str:
    """Names to choose from; of very many, the first."""
    told = [shown(name) for name in islice(names, _MANY)]
    more = [f"… and {len(names) - _MANY} more"] if len(names) > _MANY else []
    return ", ".join(told + more) or "none"


def did_you_mean(written: object, names: Collection[str]) -> str:
    """The name that was perhaps meant, as a question; empty where none is near."""
    if not isinstance(written, str):
        return ""
    by_letters = {name.casefold(): name for name in islice(names, _MANY)}
    near = get_close_matches(written.casefold(), by_letters, 1, 0.6)
    return f"did you mean {shown(by_letters[near[0]])}?" if near else ""

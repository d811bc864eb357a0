"""The gateway's own declarative file, as it was when the environment was loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from atalaia.environment.gateway_secrecy import covered
from atalaia.environment.gateway_texts import texts
from atalaia.environment.guessable import guessable
from atalaia.environment.reading import read, short_path

MAX_BYTES = 16 * 2**20
"""16 MiB; a file of a thousand routes has some 500 KiB."""

_SECRETS = re.compile(
    r"""^[\s{,\-]*["']?[a-z_]*(?:password|secret|secret_key|client_secret|api_key|key)["']?\s*:\s*"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s,}\]#][^,}\]#\n]*)""",
    re.MULTILINE,
)
_IN_A_ROW = re.compile(
    r"""[{,]\s*["']?[a-z_]*(?:password|secret|secret_key|client_secret|api_key|key)["']?\s*:\s*"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s,}\]#][^,}\]#\n]*)"""
)
_QUOTED = re.compile(r"""'([A-Za-z0-9+_=.\-]{8,})'|"([A-Za-z0-9+_=.\-]{8,})\"""")
"""A word in quotes, as code has it."""
_KEYWORD = re.compile(r"|true|false|null|~|yes|no|on|off|\d{1,7}", re.IGNORECASE)
_LONG = 8
_PLAIN = re.compile(
    r"(?:[A-Z]?[a-z]{0,15}|[A-Z]{1,8})(?:[^A-Za-z0-9]+(?:[A-Z]?[a-z]{0,15}|[A-Z]{1,8}))*"  # words
    r"|[\d.:,/ ]{1,15}|[a-z0-9\-]{1,20}(?:\.[a-z0-9\-]{1,20})+(?::\d+)?"  # numbers, hosts
    r"|/[a-z0-9/._\-]*"  # paths
)


@dataclass(frozen=True)
class GatewayFile:
    """The text of a file, and what people call it."""

    text: str = field(repr=False)
    shown: str
    """Path as it stands in findings: kong/kong.yml."""
    live: bool = False
    """Whether it is not a file, but what the Admin API at the address `shown` listed, as JSON by kind."""

    def secrets(self) -> frozenset[str]:
        """What is taken out of everything that is written: credentials by their names, and whatever else may
        not be shown (see `gateway_secrecy`) and is nothing that also stands elsewhere, like a media type.

        Found in the text itself, so that a file that is refused leaks nothing either. Not those that are
        guessed at once (`secret`): the words stand everywhere, and gaps would tell which it is.
        """
        found = {*_named(self.text), *(() if self.live else _covered(self.text))}
        return frozenset(secret for secret in found if not guessable(secret))


def _named(text: str) -> Iterator[str]:
    for pattern in (_SECRETS, _IN_A_ROW):
        for found in pattern.finditer(text):
            value = found["value"].strip().strip("\"'")
            if not _KEYWORD.fullmatch(value) and not value.startswith(("&", "*", "{", "[", "|", ">")):
                yield value


@lru_cache(maxsize=4)
def _covered(text: str) -> frozenset[str]:
    found: set[str] = set()

    def note(part: str, sure: bool) -> str:
        # `Bearer …`, `Basic …`: the credential alone, too.
        pieces = (part, *part.split()[1:2], *(each[1] or each[2] for each in _QUOTED.finditer(part)))
        surely = sure and not _KEYWORD.fullmatch(part)  # `credentials: true`, `key_ttl: 300`
        found.update(piece for piece in pieces if not _ordinary(piece) or (surely and piece == part))
        return part

    for value, place in texts(text):
        covered(value, place, note)
    return frozenset(found)


def _ordinary(text: str) -> bool:
    """Whether a text may well stand elsewhere and mean something else: words, numbers, hosts, paths."""
    return len(text) < _LONG or "$(" in text or _PLAIN.fullmatch(text) is not None


def read_gateway_file(path: Path) -> GatewayFile:
    """The file at this path. Raises UsageError where it cannot be read or is no text."""
    return GatewayFile(read(path, MAX_BYTES, "a declarative file"), short_path(path))

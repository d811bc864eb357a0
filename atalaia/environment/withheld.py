"""What of a file is taken out of everything that is written, wherever it turns up."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from atalaia.environment.guessable import guessable
from atalaia.environment.secrecy import Cover, Place
from atalaia.environment.yaml_texts import texts

Covered = Callable[[str, Place, Cover], str]
"""Says which parts of a text at a place may not be shown: `gateway_secrecy.covered`."""

_QUOTED = re.compile(r"""'([A-Za-z0-9+_=.\-]{8,})'|"([A-Za-z0-9+_=.\-]{8,})\"""")
"""A word in quotes, as code has it."""
_KEYWORD = re.compile(r"|true|false|null|~|yes|no|on|off|\d{1,7}", re.IGNORECASE)
_LONG = 8
_PLAIN = re.compile(
    r"(?:[A-Z]?[a-z]{0,15}|[A-Z]{1,8})(?:[^A-Za-z0-9]+(?:[A-Z]?[a-z]{0,15}|[A-Z]{1,8}))*"  # words
    r"|[\d.:,/ ]{1,15}|[a-z0-9\-]{1,20}(?:\.[a-z0-9\-]{1,20})+(?::\d+)?"  # numbers, hosts
    r"|/[a-z0-9/._\-]*"  # paths
)


@lru_cache(maxsize=8)
def withheld(text: str, covered: Covered) -> frozenset[str]:
    """The credentials in a file's text, and what else may not be shown of it and is nothing that also stands
    elsewhere, like a media type.

    As far as it can be read at all, so that a file that is refused leaks nothing either. Not those that are
    guessed at once (`secret`): the words stand everywhere, and gaps would tell which it is.
    """
    found: set[str] = set()

    def note(part: str, sure: bool) -> str:
        # `Bearer …`, `Basic …`: the credential alone, too.
        pieces = (part, *part.split()[1:2], *(each[1] or each[2] for each in _QUOTED.finditer(part)))
        surely = sure and not is_keyword(part)  # `credentials: true`, `key_ttl: 300`
        found.update(piece for piece in pieces if not ordinary(piece) or (surely and piece == part))
        return part

    for value, place in texts(text):
        covered(value, place, note)
    return frozenset(secret for secret in found if not guessable(secret))


def is_keyword(text: str) -> bool:
    """Whether a text is YAML's word for something that is no text, or a short number."""
    return _KEYWORD.fullmatch(text) is not None


def ordinary(text: str) -> bool:
    """Whether a text may well stand elsewhere and mean something else: words, numbers, hosts, paths."""
    return len(text) < _LONG or "$(" in text or is_plain(text)


def is_plain(text: str) -> bool:
    """Whether a text has the shape of words, numbers, a host, or a path."""
    return _PLAIN.fullmatch(text) is not None

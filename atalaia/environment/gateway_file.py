"""The gateway's own declarative file, as it was when the environment was loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from atalaia.environment.gateway_secrecy import covered
from atalaia.environment.guessable import guessable
from atalaia.environment.reading import read, short_path
from atalaia.environment.withheld import is_keyword, withheld

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
        named = frozenset(secret for secret in _named(self.text) if not guessable(secret))
        return named if self.live else named | withheld(self.text, covered)


def _named(text: str) -> Iterator[str]:
    for pattern in (_SECRETS, _IN_A_ROW):
        for found in pattern.finditer(text):
            value = found["value"].strip().strip("\"'")
            if not is_keyword(value) and not value.startswith(("&", "*", "{", "[", "|", ">")):
                yield value


def read_gateway_file(path: Path) -> GatewayFile:
    """The file at this path. Raises UsageError where it cannot be read or is no text."""
    return GatewayFile(read(path, MAX_BYTES, "a declarative file"), short_path(path))

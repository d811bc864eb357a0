"""Matchers of labels, as the Alertmanager 0.25 reads them.

After prometheus/alertmanager, pkg/labels/parse.go and matcher.go. A label that an alert has not is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MATCHER = re.compile(
    r"\s*(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?P<sign>=~|!=|!~|=)\s*(?P<value>.*?)\s*", re.DOTALL
)
_ONLY_RE2 = re.compile(r"\\[pPQEzC]|\[\[:|\(\?[a-zA-Z]*U|\(\?P?<")
"""What RE2 and Python do not read alike, or only one of them does."""


class Unclear(ValueError):
    """A matcher that cannot be read, or whose regular expression Python does not read as RE2 does."""


@dataclass(frozen=True, order=True)
class Matcher:
    """`name sign "value"`; the sign is =, !=, =~ or !~."""

    name: str
    sign: str
    value: str

    def __str__(self) -> str:
        return f'{self.name}{self.sign}"{self.value}"'

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels matches. Raises Unclear."""
        value = labels.get(self.name, "")
        found = value == self.value if self.sign in ("=", "!=") else self._matches(value)
        return found if self.sign in ("=", "=~") else not found

    def _matches(self, value: str) -> bool:
        if _ONLY_RE2.search(self.value):
            raise Unclear(f"{self}: a regular expression of RE2 only")
        try:
            # The whole value, as in ^(?:…)$.
            return re.fullmatch(self.value, value, re.ASCII) is not None
        except re.error:
            raise Unclear(f"{self}: a regular expression that cannot be read") from None


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """One line of `matchers`, which may hold several: `{a="b", c=~"d|e"}`. Raises Unclear."""
    inner = text.strip()
    if inner.startswith("{"):
        inner = inner[1:]
    if inner.endswith("}"):
        inner = inner[:-1]
    return tuple(_matcher(part) for part in _parts(inner))


def _parts(text: str) -> Iterator[str]:
    """What stands between commas that no quotes hold."""
    part, quoted, escaped = "", False, False
    for character in text:
        if character == "," and not quoted:
            yield part
            part = ""
            continue
        part += character
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and not escaped
    if part.strip():
        yield part


def _matcher(text: str) -> Matcher:
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise Unclear(f"no matcher: {text.strip()}")
    value = found["value"]
    if value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            raise Unclear(f"a value without its closing quote: {text.strip()}")
        value = value[1:-1]
    return Matcher(found["name"], found["sign"], _unescaped(value))


def _unescaped(value: str) -> str:
    r"""With \n, \" and \\ for what they stand for; any other backslash stays."""
    return re.sub(r'\\([n"\\])', lambda found: "\n" if found[1] == "n" else found[1], value)

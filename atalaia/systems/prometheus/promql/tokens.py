"""An expression's words (prometheus.io/docs/prometheus/latest/querying/basics)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class NotPromQL(ValueError):
    """The text is no expression; `position` is the character where it stops being one, from 0."""

    def __init__(self, what: str, text: str, position: int) -> None:
        super().__init__(f"{what} at character {position + 1} of {text!r}")
        self.position = position


class Kind(StrEnum):
    """What a word is."""

    NUMBER = "number"
    DURATION = "duration"
    TEXT = "text"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Token:
    """One word; `text` of a TEXT is its value, without quotes."""

    kind: Kind
    text: str
    position: int


_DURATION = r"(?:\d+(?:ms|[smhdwy]))+"
_WORDS = re.compile(
    rf"""
      (?P<space>\s+|\#[^\n]*)
    | (?P<duration>{_DURATION})(?![\w.])
    | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    | (?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^=<>(){{}}\[\],@:])
    """,
    re.VERBOSE,
)
_STEP = re.compile("(?P<sign>:)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def tokens(text: str) -> list[Token]:
    """The words of an expression, an END last. Raises NotPromQL for what is no word."""
    found: list[Token] = []
    position = 0
    in_range = False
    while position < len(text):
        # A name may begin with a colon, but not in a range: [1h:5m].
        match = _STEP.match(text, position) if in_range else None
        match = match or _WORDS.match(text, position)
        if match is None:
            raise NotPromQL(f"unexpected {text[position]!r}", text, position)
        kind = match.lastgroup
        if kind == "text":
            found.append(Token(Kind.TEXT, _unquoted(match[0]), position))
        elif kind != "space":
            found.append(Token(Kind(str(kind)), match[0], position))
        position = match.end()
        in_range = match[0] == "[" or (in_range and match[0] != "]")
    return [*found, Token(Kind.END, "", len(text))]


def _unquoted(quoted: str) -> str:
    inner = quoted[1:-1]
    return inner if quoted[0] == "`" else _ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    escape = match[1]
    if len(escape) == 1:
        return _ESCAPES.get(escape, escape)
    return chr(int(escape, 8) if escape[0].isdigit() else int(escape[1:], 16))

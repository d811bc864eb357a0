"""Text of others made visible: nothing that a server sends may drive the reader's terminal."""

from __future__ import annotations

import unicodedata

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ASCII = {
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\u2013": "-",
    "\u2014": "-",
    "…": "...",
    "·": "-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "\u00a0": " ",
}
"""Punctuation of our own messages, for terminals that have no other characters."""
_MARKS = 2
"""Combining marks in a row that a writing system needs; more of them paint over other lines."""


def cells(text: str) -> int:
    """Columns that a terminal needs for visible text, at most."""
    return sum(map(_width, text))


def visible(text: str, *, limit: int, unicode: bool = True) -> str:
    """The text with every control, format, private or unassigned character written as an escape.

    At most about `limit` columns of it; then it says how many characters are left out. With
    `unicode` false the result is ASCII.
    """
    shown: list[str] = []
    used = marks = 0
    for position, character in enumerate(text):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        piece = _visible(character, unicode=unicode and marks <= _MARKS and (marks == 0 or bool(shown)))
        used += cells(piece)
        if used > limit:
            left = len(text) - position
            return f"{''.join(shown)}{'…' if unicode else '...'} (+{left} characters)"
        shown.append(piece)
    return "".join(shown)


def _visible(character: str, *, unicode: bool) -> str:
    if " " <= character <= "~":
        return character
    if character in _SHORT:
        return _SHORT[character]
    if unicode and (unicodedata.category(character)[0] not in "C" and character not in "\u2028\u2029"):
        return character
    return _ASCII.get(character) or _escape(character)


def _escape(character: str) -> str:
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _width(character: str) -> int:
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 2
    # The selector of emoji presentation makes the character before it a column wider.
    if character == "\ufe0f":
        return 1
    return 0 if unicodedata.category(character) in ("Mn", "Me") else 1

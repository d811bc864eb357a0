"""A terminal as a report sees it: so many columns, with colour or not, Unicode or only ASCII."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from atalaia.run.verdict import Standing
from reports.visible import cells, visible

_NARROWEST = 40
_BREAKS = ",;/&?"
"""After these a long word may be broken."""

_MARKS = {
    Standing.PASSED: ("✓", "+", "32"),
    Standing.FAILED: ("✗", "x", "1;31"),
    Standing.BLOCKED: ("⊘", "#", "33"),
    Standing.INCONCLUSIVE: ("?", "?", "33"),
    Standing.ACCEPTED: ("~", "~", "36"),
    Standing.SKIPPED: ("-", "-", "2"),
}
"""Standing → its mark, the mark in ASCII, its colour (an SGR code)."""

BOLD = "1"
DIM = "2"
DEFECT = "1;35"


def writes_unicode(stream: TextIO) -> bool:
    """Whether a stream can write any character."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


@dataclass(frozen=True)
class Lead:
    """What stands before a hanging paragraph."""

    text: str
    code: str = ""
    """SGR code of its colour, without its indentation."""


@dataclass(frozen=True)
class Screen:
    """Lays out text. Narrower than 40 columns is taken as 40."""

    width: int
    colour: bool
    unicode: bool = True

    def mark(self, standing: Standing, indent: int = 2) -> Lead:
        """The mark of a standing, to begin a line with."""
        mark, ascii_mark, code = _MARKS[standing]
        return Lead(" " * indent + (mark if self.unicode else ascii_mark) + " ", code)

    def code(self, standing: Standing) -> str:
        """The colour of a standing."""
        return _MARKS[standing][2]

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, where colours are wanted; spaces around it stay plain."""
        core = text.strip(" ")
        if not (self.colour and code and core):
            return text
        return text.replace(core, f"\x1b[{code}m{core}\x1b[0m", 1)

    def safe(self, text: str, limit: int = 400) -> str:
        """Anybody's text, so that it can be shown here; about `limit` columns of it at most."""
        return visible(text, limit=limit, unicode=self.unicode)

    @property
    def dot(self) -> str:
        """What stands between the parts of a line."""
        return " · " if self.unicode else " - "

    @property
    def more(self) -> str:
        """What says that something is left out."""
        return "…" if self.unicode else "..."

    def hang(self, lead: Lead, text: str, code: str = "") -> Iterator[str]:
        """Lines of a paragraph whose later lines stand under the text of its first. The text is safe."""
        room = max(self.width, _NARROWEST)
        indent = cells(lead.text)
        first = self.paint(lead.text, lead.code)
        for line in _wrap(text, room - indent):
            yield (first + self.paint(line, code)).rstrip(" ")
            first = " " * indent


def _wrap(text: str, room: int) -> Iterator[str]:
    """Lines of at most `room` columns, broken at spaces, and within a word that is longer than a line."""
    line = ""
    used = 0
    for index, word in enumerate(text.split(" ")):
        size = cells(word)
        gap = 1 if index else 0
        if used + gap + size <= room:
            line += " " * gap + word
            used += gap + size
            continue
        if size <= room:
            yield line
            line, used = word, size
            continue
        line, used = line + " " * gap, used + gap
        while used + cells(word) > room:
            piece = _fitting(word, room - used)
            yield line + piece
            word = word[len(piece) :]
            line, used = "", 0
        line, used = line + word, used + cells(word)
    yield line


def _fitting(word: str, room: int) -> str:
    """As much of a word as fits; rather up to a mark of punctuation, if one is near."""
    size = end = 0
    while end < len(word) and size + cells(word[end]) <= room:
        size += cells(word[end])
        end += 1
    for position in range(end, max(end - room // 2, 0), -1):
        if word[position - 1] in _BREAKS:
            return word[:position]
    return word[:end]

"""What can be said of a route's regular expression: how its paths begin, and what two have in common."""

from __future__ import annotations

from functools import lru_cache

from atalaia.systems.kong.automaton import BIT, Automaton, Effort, shortest
from atalaia.systems.kong.expression_parser import PLAIN_ESCAPES, read


@lru_cache(maxsize=5000)
def automaton(expression: str) -> Automaton | None:
    """The automaton of a route's expression (without `~`); None where it is not understood."""
    return read(expression)


def literal_start(expression: str) -> str:
    """The characters that every path begins with which the expression matches."""
    start = ""
    position = 0
    while position < len(expression):
        character = expression[position]
        width = 1
        if character == "\\" and expression[position + 1 : position + 2] in PLAIN_ESCAPES:
            character, width = expression[position + 1], 2
        elif character not in BIT or character in "$()*+.":
            break
        if expression[position + width : position + width + 1] in ("*", "?", "{"):
            break
        start, position = start + character, position + width
    return "" if _has_alternatives(expression) else start


def _has_alternatives(expression: str) -> bool:
    """Whether a `|` stands outside of every group: then a path may begin in another way."""
    depth = position = 0
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            position += 1
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "|" and depth <= 0:
            return True
        position += 1
    return False


@lru_cache(maxsize=5000)
def sample(expression: str) -> str | None:
    """The shortest path that an expression matches; None where none was found."""
    return shared(expression, expression)


def shared(one: str, other: str, effort: Effort | None = None) -> str | None:
    """The shortest path that both expressions match; None where none was found with this effort."""
    a, b = automaton(one), automaton(other)
    if a is None or b is None:
        return None
    return shortest(a, b, effort or Effort())

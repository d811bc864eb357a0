"""Automata over the characters of paths, and the shortest path that two of them take."""

from __future__ import annotations

import string
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

ALPHABET = string.ascii_lowercase + string.digits + string.ascii_uppercase + "/-_~.%!$&'()*+,;=:@"
"""The characters of paths, those that make readable examples first."""
BIT = {character: 1 << position for position, character in enumerate(ALPHABET)}
ANY = (1 << len(ALPHABET)) - 1
_MOST_STATES = 2000
_MOST_PAIRS = 20_000


@dataclass
class Effort:
    """How many more steps may be spent on looking for what expressions share; some microseconds each."""

    left: int = 200_000


class TooLarge(Exception):
    """An automaton with more states than an expression of a route should need."""


@dataclass
class Automaton:
    """States joined by sets of characters; state 0 begins, and takes what the expression matches at the
    start of a path, whatever follows, unless `$` ended it."""

    steps: list[list[tuple[int, int]]] = field(default_factory=list)
    """State → (set of characters, next state)."""
    free: list[set[int]] = field(default_factory=list)
    """State → states reached without a character."""
    ends: set[int] = field(default_factory=set)
    """States in which a path may end."""
    open: int = 0
    """The state that takes whatever follows."""

    def state(self) -> int:
        """A new one."""
        if len(self.steps) >= _MOST_STATES:
            raise TooLarge
        self.steps.append([])
        self.free.append(set())
        return len(self.steps) - 1

    def reached(self, states: set[int]) -> set[int]:
        """These states and those that need no character."""
        left = list(states)
        while left:
            for following in self.free[left.pop()] - states:
                states.add(following)
                left.append(following)
        return states

    def covers(self, prefix: str) -> bool:
        """Whether every path that begins so is matched."""
        states = self.reached({0})
        for character in prefix:
            bit = BIT.get(character, 0)
            states = self.reached({to for it in states for on, to in self.steps[it] if on & bit})
        return self.open in states


def shortest(a: Automaton, b: Automaton, effort: Effort) -> str | None:
    """The shortest path that both take; None where there is none, or none was found with this effort."""
    begin = (0, 0, False)
    came: dict[tuple[int, int, bool], tuple[tuple[int, int, bool], str] | None] = {begin: None}
    queue = deque([begin])
    while queue and len(came) < _MOST_PAIRS and effort.left > 0:
        effort.left -= 1
        place = queue.popleft()
        in_a, in_b, after_slash = place
        if in_a in a.ends and in_b in b.ends:
            return _path(place, came)
        for following, character in _moves(a, b, in_a, in_b, after_slash):
            if following not in came:
                came[following] = (place, character)
                (queue.append if character else queue.appendleft)(following)
    return None


def _moves(
    a: Automaton, b: Automaton, in_a: int, in_b: int, after_slash: bool
) -> Iterator[tuple[tuple[int, int, bool], str]]:
    for to in a.free[in_a]:
        yield (to, in_b, after_slash), ""
    for to in b.free[in_b]:
        yield (in_a, to, after_slash), ""
    for on_a, to_a in a.steps[in_a]:
        for on_b, to_b in b.steps[in_b]:
            common = on_a & on_b
            if after_slash:
                common &= ~BIT["/"]  # Kong would merge the two
            if common:
                character = ALPHABET[(common & -common).bit_length() - 1]
                yield (to_a, to_b, character == "/"), character
                if character != "/" and common & BIT["/"]:
                    yield (to_a, to_b, True), "/"


def _path(
    place: tuple[int, int, bool],
    came: dict[tuple[int, int, bool], tuple[tuple[int, int, bool], str] | None],
) -> str:
    text = ""
    while (step := came[place]) is not None:
        place, character = step
        text = character + text
    return text

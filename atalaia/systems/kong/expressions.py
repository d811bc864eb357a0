"""The regular expressions that routes use, as automata: what they have in common, with an example.

Only what routes are made of is understood: characters, sets, groups, alternatives, repetitions, `$`. Of
everything else (assertions, references, flags) nothing is said.
"""

from __future__ import annotations

import string
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

_ALPHABET = string.ascii_lowercase + string.digits + string.ascii_uppercase + "/-_~.%!$&'()*+,;=:@"
"""The characters of paths, those that make readable examples first."""
_BIT = {character: 1 << position for position, character in enumerate(_ALPHABET)}
_ANY = (1 << len(_ALPHABET)) - 1
_MOST_STATES = 2000
_MOST_PAIRS = 20_000


def _set(characters: str) -> int:
    return sum(_BIT.get(character, 0) for character in set(characters))


_DIGIT, _WORD = _set(string.digits), _set(string.ascii_letters + string.digits + "_")
_CLASSES = {"d": _DIGIT, "D": _ANY & ~_DIGIT, "w": _WORD, "W": _ANY & ~_WORD, "s": 0, "S": _ANY}
_PLAIN_ESCAPES = frozenset("./-_~%!$&'()*+,;=:@?[]{}|^\\# \"")


@dataclass
class Effort:
    """How many more steps may be spent on looking for what expressions share; some microseconds each."""

    left: int = 200_000


class _Unknown(Exception):
    """Something that is not understood here."""


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
            raise _Unknown
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
            bit = _BIT.get(character, 0)
            states = self.reached({to for it in states for on, to in self.steps[it] if on & bit})
        return self.open in states


@lru_cache(maxsize=5000)
def automaton(expression: str) -> Automaton | None:
    """The automaton of a route's expression (without `~`); None where it is not understood."""
    try:
        return _Parser(expression).whole()
    except _Unknown:
        return None


def literal_start(expression: str) -> str:
    """The characters that every path begins with which the expression matches."""
    start = ""
    position = 0
    while position < len(expression):
        character = expression[position]
        width = 1
        if character == "\\" and expression[position + 1 : position + 2] in _PLAIN_ESCAPES:
            character, width = expression[position + 1], 2
        elif character not in _BIT or character in "$()*+.":
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
    return _shortest(a, b, effort or Effort())


def _shortest(a: Automaton, b: Automaton, effort: Effort) -> str | None:
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
                common &= ~_BIT["/"]  # Kong would merge the two
            if common:
                character = _ALPHABET[(common & -common).bit_length() - 1]
                yield (to_a, to_b, character == "/"), character
                if character != "/" and common & _BIT["/"]:
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


class _Parser:
    """Recursive descent: alternatives, sequences, repetitions, atoms."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._made = Automaton()

    def whole(self) -> Automaton:
        made = self._made
        begin = made.state()
        made.open = self._ending = made.state()
        self._closed = made.state()
        made.steps[made.open].append((_ANY, made.open))
        made.ends = {made.open, self._closed}
        end = self._alternatives(begin)
        if self._at < len(self._text):
            raise _Unknown
        made.free[end].add(made.open)
        return made

    def _peek(self, width: int = 1) -> str:
        return self._text[self._at : self._at + width]

    def _alternatives(self, begin: int) -> int:
        end = self._made.state()
        while True:
            self._made.free[self._sequence(begin)].add(end)
            if self._peek() != "|":
                return end
            self._at += 1

    def _sequence(self, begin: int) -> int:
        state = self._made.state()
        self._made.free[begin].add(state)
        while (character := self._peek()) and character not in "|)":
            if character == "^":
                if self._at:
                    raise _Unknown
                self._at += 1
            elif character == "$":
                self._at += 1
                self._check_ending()
                self._made.free[state].add(self._closed)
                state = self._made.state()  # nothing leads on
            else:
                state = self._repeated(state)
        return state

    def _check_ending(self) -> None:
        """Of `$`, only one after which nothing is wanted is understood."""
        rest = self._text[self._at :]
        if rest.strip(")") and not (rest.startswith("|") and self._depth == 0):
            raise _Unknown

    def _repeated(self, begin: int) -> int:
        start = self._at
        end = self._atom(begin)
        low, high = self._count()
        if (low, high) == (1, 1):
            return end
        after = self._at
        state = begin
        ends = [state] if low == 0 else []
        for number in range(1, (high or max(low, 1)) + 1):
            if number == 1:
                following = end
            else:
                self._at = start
                entry = self._made.state()
                self._made.free[state].add(entry)
                state, following = entry, self._atom(entry)
            if number >= low:
                ends.append(following)
            last, state = state, following
        self._at = after
        if high is None:
            self._made.free[state].add(last)
        whole = self._made.state()
        for it in ends:
            self._made.free[it].add(whole)
        return whole

    def _count(self) -> tuple[int, int | None]:
        bounds: tuple[int, int | None] = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(
            self._peek(), (1, 1)
        )
        if self._peek() and self._peek() in "*+?":
            self._at += 1
        elif self._peek() == "{":
            inside, closing, _ = self._text[self._at + 1 :].partition("}")
            low, comma, high = inside.partition(",")
            if not closing or not low.isdecimal() or not (high.isdecimal() or not high):
                raise _Unknown
            bounds = (int(low), int(high) if high else None if comma else int(low))
            if max(bounds[0], bounds[1] or 0) > 64:
                raise _Unknown
            self._at += len(inside) + 2
        if self._peek() == "?":
            self._at += 1  # lazy: the same paths
        if self._peek() and self._peek() in "*+{":
            raise _Unknown
        return bounds

    def _atom(self, begin: int) -> int:
        # A state of its own before each atom: what repeats it must not repeat what came before.
        entry = self._made.state()
        self._made.free[begin].add(entry)
        if self._peek() == "(":
            return self._group(entry)
        characters = self._characters()
        end = self._made.state()
        self._made.steps[entry].append((characters, end))
        return end

    def _group(self, entry: int) -> int:
        self._at += 1
        if self._peek() == "?":
            if self._peek(2) == "?:":
                self._at += 2
            else:
                name = self._text[self._at :].partition(">")[0]
                if not name.startswith(("?<", "?P<")) or name[2:3] in "=!" or len(name) > 40:
                    raise _Unknown
                self._at += len(name) + 1
        self._depth += 1
        if self._depth > 20:
            raise _Unknown
        end = self._alternatives(entry)
        self._depth -= 1
        if self._peek() != ")":
            raise _Unknown
        self._at += 1
        return end

    def _characters(self) -> int:
        character = self._peek()
        self._at += 1
        if character == ".":
            return _ANY
        if character == "[":
            return self._members()
        if character == "\\":
            return self._escape()
        if character in "*+?{":
            raise _Unknown
        return _BIT.get(character, 0)

    def _escape(self) -> int:
        character = self._peek()
        self._at += 1
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _PLAIN_ESCAPES:
            return _BIT.get(character, 0)
        raise _Unknown

    def _members(self) -> int:
        negated = self._peek() == "^"
        self._at += negated
        members, first = 0, True
        while first or self._peek() != "]":
            character = self._peek()
            if not character or character == "[":
                raise _Unknown
            self._at += 1
            first = False
            if character == "\\":
                members |= self._escape()
            elif self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                last = self._text[self._at + 1]
                if last == "\\" or last < character:
                    raise _Unknown
                members |= sum(bit for it, bit in _BIT.items() if character <= it <= last)
                self._at += 2
            else:
                members |= _BIT.get(character, 0)
        self._at += 1
        return _ANY & ~members if negated else members

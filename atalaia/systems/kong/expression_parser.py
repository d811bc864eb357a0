"""The regular expressions of routes, read as automata.

Only what routes are made of is understood: characters, sets, groups, alternatives, repetitions, `$`. Of
everything else (assertions, references, flags) nothing is said.
"""

from __future__ import annotations

import string

from atalaia.systems.kong.automaton import ANY, BIT, Automaton, TooLarge


def _set(characters: str) -> int:
    return sum(BIT.get(character, 0) for character in set(characters))


_DIGIT, _WORD = _set(string.digits), _set(string.ascii_letters + string.digits + "_")
_CLASSES = {"d": _DIGIT, "D": ANY & ~_DIGIT, "w": _WORD, "W": ANY & ~_WORD, "s": 0, "S": ANY}
PLAIN_ESCAPES = frozenset("./-_~%!$&'()*+,;=:@?[]{}|^\\# \"")
"""Characters that stand for themselves after a backslash."""


class _Unknown(Exception):
    """Something that is not understood here."""


def read(expression: str) -> Automaton | None:
    """The automaton of an expression (without `~`); None where it is not understood."""
    try:
        return _Parser(expression).whole()
    except (_Unknown, TooLarge):
        return None


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
        made.open = made.state()
        self._closed = made.state()
        made.steps[made.open].append((ANY, made.open))
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
            return ANY
        if character == "[":
            return self._members()
        if character == "\\":
            return self._escape()
        if character in "*+?{":
            raise _Unknown
        return BIT.get(character, 0)

    def _escape(self) -> int:
        character = self._peek()
        self._at += 1
        if character in _CLASSES:
            return _CLASSES[character]
        if character in PLAIN_ESCAPES:
            return BIT.get(character, 0)
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
                members |= sum(bit for it, bit in BIT.items() if character <= it <= last)
                self._at += 2
            else:
                members |= BIT.get(character, 0)
        self._at += 1
        return ANY & ~members if negated else members

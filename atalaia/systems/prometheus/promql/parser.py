"""From an expression's words to its parts (prometheus.io/docs/prometheus/latest/querying/operators)."""

from __future__ import annotations

from atalaia.systems.prometheus.durations import seconds
from atalaia.systems.prometheus.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Matcher,
    Moved,
    Negative,
    Number,
    Range,
    Selector,
    Text,
)
from atalaia.systems.prometheus.promql.tokens import Kind, NotPromQL, Token, tokens

_WITH_PARAMETER = frozenset({"count_values", "bottomk", "topk", "quantile"})
AGGREGATIONS = _WITH_PARAMETER | {"sum", "min", "max", "avg", "group", "stddev", "stdvar", "count"}
_STRENGTH = {
    "or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "atan2": 5, "^": 7,
}  # fmt: skip
_UNARY = 6
_NUMBERS = frozenset({"inf", "nan"})
_NEVER_NAMES = frozenset({"on", "ignoring", "bool", "group_left", "group_right"})


def parse(text: str) -> Expression:
    """Read an expression. Raises NotPromQL; that the types of arguments fit is not looked at."""
    parser = _Parser(text)
    expression = parser.expression(0)
    parser.expect_end()
    return expression


def _moved(of: Expression, offset: float = 0.0, at: str = "") -> Expression:
    """In time, by either word, or by both in either order."""
    if isinstance(of, Moved):
        return Moved(of.of, offset or of.offset, at or of.at)
    return Moved(of, offset, at)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _sees(self, *words: str) -> bool:
        token = self._next
        return token.kind in (Kind.SIGN, Kind.NAME) and token.text.lower() in words

    def _takes(self, *words: str) -> bool:
        if self._sees(*words):
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            raise self._wrong(f"{word!r}")

    def _wrong(self, expected: str) -> NotPromQL:
        found = repr(self._next.text) if self._next.kind is not Kind.END else "the end"
        return NotPromQL(f"{found} instead of {expected}", self._text, self._next.position)

    def expect_end(self) -> None:
        if self._next.kind is not Kind.END:
            raise self._wrong("the end")

    def expression(self, weakest: int) -> Expression:
        left = self._operand()
        while True:
            operator = self._next.text.lower() if self._next.kind in (Kind.SIGN, Kind.NAME) else ""
            strength = _STRENGTH.get(operator, 0)
            if strength == 0 or strength < weakest:
                return left
            self._at += 1
            left = self._binary(operator, left, strength if operator == "^" else strength + 1)

    def _binary(self, operator: str, left: Expression, weakest: int) -> Binary:
        as_bool = self._takes("bool")
        on = self._labels() if self._takes("on") else None
        ignoring = self._labels() if on is None and self._takes("ignoring") else None
        many: str | None = None
        included: tuple[str, ...] = ()
        if self._sees("group_left", "group_right"):
            many = self._take().text.lower().removeprefix("group_")
            included = self._labels() if self._sees("(") else ()
        right = self.expression(weakest)
        return Binary(operator, left, right, on, ignoring, many, included, as_bool)

    def _operand(self) -> Expression:
        if self._takes("+"):
            return self.expression(_UNARY)
        if self._takes("-"):
            return Negative(self.expression(_UNARY))
        in_brackets = self._sees("(")
        operand = self._atom()
        while True:
            if self._takes("["):
                operand = self._range(operand, step=in_brackets or not isinstance(operand, Selector))
            elif self._takes("offset"):
                back = -1 if self._takes("-") else 1
                operand = _moved(operand, offset=back * self._duration())
            elif self._takes("@"):
                operand = _moved(operand, at=self._instant())
            else:
                return operand

    def _range(self, of: Expression, *, step: bool) -> Range:
        window = self._duration()
        steps: float | None = None
        if self._takes(":"):
            steps = 0.0 if self._sees("]") else self._duration()
        elif step:
            raise self._wrong("':': only a selector has a range without a step")
        self._expect("]")
        return Range(of, window, steps)

    def _instant(self) -> str:
        if self._sees("start", "end"):
            word = self._take().text.lower()
            self._expect("(")
            self._expect(")")
            return f"{word}()"
        sign = "-" if self._takes("-") else ""
        token = self._take()
        if token.kind is not Kind.NUMBER:
            self._at -= 1
            raise self._wrong("a time")
        return f"{float(sign + token.text):.3f}"

    def _duration(self) -> float:
        # Prometheus 3 takes a number of seconds, too; 2.42 does not.
        if self._next.kind is not Kind.DURATION:
            raise self._wrong("a duration")
        return seconds(self._take().text) or 0.0

    def _atom(self) -> Expression:
        token = self._next
        if token.kind is Kind.NUMBER:
            return Number(self._take().text)
        if token.kind is Kind.TEXT:
            return Text(self._take().text)
        if self._takes("("):
            inner = self.expression(0)
            self._expect(")")
            return inner
        if self._sees("{"):
            return self._selector(None)
        if token.kind is not Kind.NAME:
            raise self._wrong("an expression")
        return self._named(self._take())

    def _named(self, token: Token) -> Expression:
        name = token.text
        if name.lower() in AGGREGATIONS and self._sees("(", "by", "without"):
            return self._aggregation(name.lower())
        if self._sees("("):
            return Call(name, self._arguments())
        if name.lower() in _NUMBERS:
            return Number(name)
        if name.lower() in _NEVER_NAMES:
            self._at -= 1
            raise self._wrong("a metric")
        return self._selector(name)

    def _aggregation(self, operator: str) -> Aggregation:
        labels, without = self._grouping()
        arguments = self._arguments()
        if labels is None:
            labels, without = self._grouping()
        if len(arguments) != 1 + (operator in _WITH_PARAMETER):
            raise self._wrong(f"as many arguments as {operator} takes")
        parameter = arguments[0] if operator in _WITH_PARAMETER else None
        return Aggregation(operator, arguments[-1], labels, without, parameter)

    def _grouping(self) -> tuple[tuple[str, ...] | None, bool]:
        if self._takes("by"):
            return self._labels(), False
        if self._takes("without"):
            return self._labels(), True
        return None, False

    def _arguments(self) -> tuple[Expression, ...]:
        self._expect("(")
        found: list[Expression] = []
        while not self._takes(")"):
            found.append(self.expression(0))
            if not self._takes(","):
                self._expect(")")
                break
        return tuple(found)

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        found: list[str] = []
        while not self._takes(")"):
            found.append(self._name())
            if not self._takes(","):
                self._expect(")")
                break
        return tuple(found)

    def _name(self) -> str:
        if self._next.kind is not Kind.NAME or ":" in self._next.text:
            raise self._wrong("a label")
        return self._take().text

    def _selector(self, name: str | None) -> Selector:
        matchers: list[Matcher] = []
        if self._takes("{"):
            while not self._takes("}"):
                matchers.append(self._matcher())
                if not self._takes(","):
                    self._expect("}")
                    break
        named = [one.value for one in matchers if (one.label, one.operator) == ("__name__", "=")]
        if name is None and not matchers:
            raise self._wrong("a matcher: a selector must name something")
        rest = tuple(one for one in matchers if (one.label, one.operator) != ("__name__", "="))
        return Selector(name or (named[0] if named else None), rest)

    def _matcher(self) -> Matcher:
        label = self._name()
        if not self._sees("=", "!=", "=~", "!~"):
            raise self._wrong("=, !=, =~ or !~")
        operator = self._take().text
        if self._next.kind is not Kind.TEXT:
            raise self._wrong("a quoted value")
        return Matcher(label, operator, self._take().text)

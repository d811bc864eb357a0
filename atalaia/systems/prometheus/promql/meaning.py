"""Whether two expressions mean the same: Prometheus prints what it has loaded anew, in its own spelling."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from atalaia.systems.prometheus.promql.parser import parse
from atalaia.systems.prometheus.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Moved,
    Negative,
    Number,
    Range,
    Selector,
    parts,
)

_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Comparison:
    """A comparison with a number: `> 0.05`."""

    operator: str
    number: float

    def __str__(self) -> str:
        return f"{self.operator} {self.number:g}"


def same(left: str, right: str) -> bool:
    """Whether two texts are the same expression, however spelt. Raises NotPromQL."""
    return left == right or normal(parse(left)) == normal(parse(right))


def normal(expression: Expression) -> Expression:
    """The expression with everything said in one way: `by ()` left out, 0.90 as 0.9, matchers sorted."""
    match expression:
        case Number(text=text):
            return Number(repr(_number(text)))
        case Selector(matchers=matchers):
            order = sorted(matchers, key=lambda one: (one.label, one.operator, one.value))
            return replace(expression, matchers=tuple(order))
        case Range(of=of) | Moved(of=of) | Negative(of=of):
            return replace(expression, of=normal(of))
        case Call(arguments=arguments):
            return replace(expression, arguments=tuple(map(normal, arguments)))
        case Aggregation(of=of, parameter=parameter, labels=labels, without=without):
            return replace(
                expression,
                of=normal(of),
                parameter=normal(parameter) if parameter else None,
                labels=labels if labels or without else None,
            )
        case Binary(left=left, right=right, ignoring=ignoring):
            return replace(expression, left=normal(left), right=normal(right), ignoring=ignoring or None)
    return expression


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison with a number in it, the number taken for the right side, from left to right."""
    if isinstance(expression, Binary) and expression.operator in _MIRRORED:
        left, right = constant(expression.left), constant(expression.right)
        if right is not None and left is None:
            yield Comparison(expression.operator, right)
        elif left is not None and right is None:
            yield Comparison(_MIRRORED[expression.operator], left)
    for part in parts(expression):
        yield from comparisons(part)


def constant(expression: Expression) -> float | None:
    """The value of an expression that is made of numbers only: 0.05 of `5 / 100`."""
    match expression:
        case Number(text=text):
            return _number(text)
        case Negative(of=of):
            value = constant(of)
            return None if value is None else -value
        case Binary(operator=sign, left=left, right=right) if sign in _ARITHMETIC:
            values = constant(left), constant(right)
            if values[0] is None or values[1] is None or (sign == "/" and values[1] == 0):
                return None
            return _ARITHMETIC[sign](values[0], values[1])
    return None


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def _number(text: str) -> float:
    return float(int(text, 16)) if text.lower().startswith("0x") else float(text)

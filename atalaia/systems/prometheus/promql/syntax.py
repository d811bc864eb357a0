"""What an expression is made of. Brackets are not kept: the tree says what they said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Matcher:
    """`label operator "value"`; the operator is =, !=, =~ or !~."""

    label: str
    operator: str
    value: str


@dataclass(frozen=True)
class Selector:
    """`name{matchers}`; `name` is None where only matchers tell (`{job="x"}`, `{__name__=~"y.*"}`)."""

    name: str | None
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True)
class Number:
    """A scalar."""

    text: str


@dataclass(frozen=True)
class Text:
    """A string, as an argument of a function."""

    value: str


@dataclass(frozen=True)
class Range:
    """`of[5m]` or `of[1h:5m]`."""

    of: Expression
    seconds: float = 0.0
    step: float | None = None
    """Seconds; 0 for Prometheus' own (`[1h:]`), None for samples as they are."""


@dataclass(frozen=True)
class Moved:
    """`of offset 5m`, `of @ start()`: the same at another time."""

    of: Expression
    offset: float = 0.0
    """Seconds into the past."""
    at: str = ""
    """`start()`, `end()` or a Unix time; empty for the time that is asked for."""


@dataclass(frozen=True)
class Negative:
    """`-of`."""

    of: Expression


@dataclass(frozen=True)
class Call:
    """`function(arguments)`."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Aggregation:
    """`operator by (labels) (of)`; `labels` is None where neither by nor without is said."""

    operator: str
    of: Expression
    labels: tuple[str, ...] | None = None
    without: bool = False
    parameter: Expression | None = None


@dataclass(frozen=True)
class Binary:
    """`left operator right`, with how their series are matched."""

    operator: str
    left: Expression
    right: Expression
    on: tuple[str, ...] | None = None
    ignoring: tuple[str, ...] | None = None
    many: str | None = None
    """The side with many series for each of the other: left, right, or None for one to one."""
    included: tuple[str, ...] = ()
    """Labels of the side of one that the result has too."""
    as_bool: bool = False
    """A comparison that says 0 or 1 instead of leaving out what it does not hold for."""


Expression = Selector | Number | Text | Range | Moved | Negative | Call | Aggregation | Binary


def parts(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is directly made of."""
    match expression:
        case Range(of=of) | Moved(of=of) | Negative(of=of):
            return (of,)
        case Call(arguments=arguments):
            return arguments
        case Aggregation(of=of, parameter=parameter):
            return (of,) if parameter is None else (parameter, of)
        case Binary(left=left, right=right):
            return left, right
    return ()


def selectors(expression: Expression) -> Iterator[Selector]:
    """Every selector in it, from left to right."""
    if isinstance(expression, Selector):
        yield expression
    for part in parts(expression):
        yield from selectors(part)

"""Which labels an expression needs and which its result has, from the labels of the metrics it names.

A panel over a label that nobody writes is as empty as one over a metric that nobody exports, and a sum
`by` such a label is one line where many were meant. Prometheus calls neither a mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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
    Text,
)

Labels = frozenset[str]
Known = Callable[[str], Labels | None]
"""The labels that the series of this name may have; None where there is no such metric."""

_ABSENT = frozenset({"absent", "absent_over_time"})
_SCALARS = frozenset({"scalar", "time", "vector", "pi"})
_QUANTILES = frozenset({"histogram_quantile"})
_SETS = frozenset({"and", "or", "unless"})
_KEEPING = frozenset({"topk", "bottomk"})


@dataclass
class Findings:
    """What is wrong with an expression, and the labels of its result."""

    labels: Labels | None = None
    """None for a scalar or a string."""
    problems: list[str] = field(default_factory=list)
    unknown_metrics: list[str] = field(default_factory=list)
    """The names among the problems that are no metrics."""
    unknown_labels: list[str] = field(default_factory=list)
    """Those of the problems that are about a label that nothing there has."""


def examine(expression: Expression, known: Known) -> Findings:
    """Follow the labels through an expression. Where a selector has no name, any label is let pass."""
    found = Findings()
    result = _Examiner(known, found).labels(expression)
    found.labels = None if result is None else frozenset(result)
    return found


class _Anything(frozenset[str]):
    """The labels of a selector without a name: whatever is asked for."""

    def __contains__(self, label: object) -> bool:
        return True


_ANYTHING = _Anything()


class _Examiner:
    def __init__(self, known: Known, found: Findings) -> None:
        self._known = known
        self._found = found
        self._problems = found.problems

    def labels(self, expression: Expression) -> Labels | None:
        match expression:
            case Number() | Text():
                return None
            case Selector():
                return self._selector(expression)
            case Range(of=of) | Moved(of=of) | Negative(of=of):
                return self.labels(of)
            case Call():
                return self._call(expression)
            case Aggregation():
                return self._aggregation(expression)
            case Binary():
                return self._binary(expression)

    def _selector(self, selector: Selector) -> Labels:
        if selector.name is None:
            return _ANYTHING
        labels = self._known(selector.name)
        if labels is None:
            self._problems.append(f"no metric {selector.name}")
            self._found.unknown_metrics.append(selector.name)
            return _ANYTHING
        for matcher in selector.matchers:
            if matcher.label not in labels:
                self._label(f"{selector.name} has no label {matcher.label}")
        return labels

    def _call(self, call: Call) -> Labels | None:
        found = [self.labels(argument) for argument in call.arguments]
        vectors = [labels for labels in found if labels is not None]
        if call.function in _SCALARS:
            return frozenset() if call.function == "vector" else None
        if call.function in _ABSENT:
            argument = call.arguments[0] if call.arguments else None
            selector = argument
            while isinstance(selector, (Range, Moved)):
                selector = selector.of
            equal = selector.matchers if isinstance(selector, Selector) else ()
            return frozenset(matcher.label for matcher in equal if matcher.operator == "=")
        labels = vectors[0] if vectors else frozenset()
        if call.function in _QUANTILES:
            self._need(("le",), labels, call.function)
            return _less(labels, ("le",))
        if call.function in {"label_replace", "label_join"} and len(call.arguments) > 1:
            target = call.arguments[1]
            return _more(labels, (target.value,) if isinstance(target, Text) else ())
        return labels

    def _aggregation(self, aggregation: Aggregation) -> Labels:
        if aggregation.parameter is not None:
            self.labels(aggregation.parameter)
        found = self.labels(aggregation.of)
        labels = frozenset() if found is None else found
        told = aggregation.labels or ()
        self._need(told, labels, aggregation.operator + (" without" if aggregation.without else " by"))
        if aggregation.operator in _KEEPING:
            return labels
        kept = _less(labels, told) if aggregation.without else frozenset(told)
        counted = aggregation.parameter if aggregation.operator == "count_values" else None
        return _more(kept, (counted.value,) if isinstance(counted, Text) else ())

    def _binary(self, binary: Binary) -> Labels | None:
        left, right = self.labels(binary.left), self.labels(binary.right)
        if left is None or right is None:
            return right if left is None else left
        self._matching(binary, left, right)
        if binary.operator in _SETS:
            return _more(left, right) if binary.operator == "or" else left
        if binary.many == "left":
            return _more(left, binary.included)
        if binary.many == "right":
            return _more(right, binary.included)
        if binary.on is not None:
            return frozenset(binary.on)
        return _less(left, binary.ignoring or ())

    def _matching(self, binary: Binary, left: Labels, right: Labels) -> None:
        """Series match when the labels that are compared are equal: those of one side only never are."""
        sign = binary.operator
        if binary.on is not None:
            self._need(binary.on, left, f"{sign} on, left of it,")
            self._need(binary.on, right, f"{sign} on, right of it,")
        else:
            ignored = binary.ignoring or ()
            self._need(ignored, _more(left, right), f"{sign} ignoring")
            alone = (left ^ right) - set(ignored)
            if (
                alone
                and sign != "or"
                and not isinstance(left, _Anything)
                and not isinstance(right, _Anything)
            ):
                both = ", ".join(sorted(alone))
                self._problems.append(f"{sign} matches nothing: only one side has {both}")
        if binary.many is not None:
            self._need(binary.included, right if binary.many == "left" else left, f"group_{binary.many}")

    def _need(self, wanted: tuple[str, ...], labels: Labels, who: str) -> None:
        for label in wanted:
            if label not in labels:
                self._label(f"{who} {label}: no such label there")

    def _label(self, problem: str) -> None:
        self._problems.append(problem)
        self._found.unknown_labels.append(problem)


def _less(labels: Labels, others: tuple[str, ...]) -> Labels:
    return labels if isinstance(labels, _Anything) else labels - set(others)


def _more(labels: Labels, others: Labels | tuple[str, ...]) -> Labels:
    if isinstance(labels, _Anything) or isinstance(others, _Anything):
        return _ANYTHING
    return labels | set(others)

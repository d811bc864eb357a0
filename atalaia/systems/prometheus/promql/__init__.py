"""PromQL: what an expression asks for. It is read, never evaluated: that is Prometheus' own business."""

from atalaia.systems.prometheus.promql.labels import Findings, examine
from atalaia.systems.prometheus.promql.parser import parse
from atalaia.systems.prometheus.promql.syntax import Expression, Matcher, Selector, selectors
from atalaia.systems.prometheus.promql.tokens import NotPromQL

__all__ = [
    "Expression",
    "Findings",
    "Matcher",
    "NotPromQL",
    "Selector",
    "examine",
    "parse",
    "selectors",
]

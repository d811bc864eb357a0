"""Which metrics there are, and which labels they have: for whoever names them in rules and panels.

What a metric's labels are is told by the stack's list, by Prometheus' own series, and of what a rule records
by the rule's expression. A name is known where any of them knows it; a *value* that is not there now is
nobody's mistake: a healthy server has no errors to count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.envelope import data
from atalaia.systems.prometheus.metric_list import TARGET_LABELS, MetricList
from atalaia.systems.prometheus.promql import NotPromQL, examine, parse, selectors
from atalaia.systems.prometheus.rules import Rule

_OF_ALERTS = {"ALERTS": frozenset({"alertname", "alertstate"}), "ALERTS_FOR_STATE": frozenset({"alertname"})}
"""What Prometheus writes itself while an alert is pending or fires, beside the labels of the alert."""


def read_names(body: bytes) -> frozenset[str] | Unreadable:
    """The names of an answer of `/api/v1/labels` or `/api/v1/label/NAME/values`."""
    document = data(body)
    if isinstance(document, Unreadable):
        return document
    if not isinstance(document, list) or not all(isinstance(name, str) for name in document):
        return Unreadable("a document that is no list of names")
    return frozenset(document)


@dataclass
class Names:
    """The labels of a metric by its name, for `examine`."""

    live: frozenset[str]
    """The metrics that Prometheus has."""
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The labels that Prometheus has of some metrics."""
    everywhere: frozenset[str] = TARGET_LABELS
    """The labels that any metric has."""
    listed: MetricList | None = None
    rules: Sequence[Rule] = ()
    _found: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._recording = {rule.name: rule for rule in self.rules if not rule.alerting}
        self._of_alerts = {label for rule in self.rules if rule.alerting for label, _ in rule.labels}

    def __call__(self, name: str) -> frozenset[str] | None:
        """Every label that the series of a name may have; None for an unknown one."""
        told = (self._alerts(name), self._listed(name), self.labels.get(name), self._recorded(name))
        known = [labels for labels in told if labels is not None]
        if known:
            return frozenset[str]().union(*known)
        return self.everywhere if name in self.live else None

    def _alerts(self, name: str) -> frozenset[str] | None:
        return _OF_ALERTS[name] | self._of_alerts | self.everywhere if name in _OF_ALERTS else None

    def _listed(self, name: str) -> frozenset[str] | None:
        return self.listed.labels(name) if self.listed else None

    def _recorded(self, name: str) -> frozenset[str] | None:
        rule = self._recording.get(name)
        if rule is None:
            return None
        if name not in self._found:
            self._found[name] = TARGET_LABELS  # of a rule over itself
            try:
                labels = examine(parse(rule.expression), self).labels
            except NotPromQL:
                labels = None
            self._found[name] = (labels or frozenset()) | {label for label, _ in rule.labels}
        return self._found[name]


def metrics_of(expressions: Iterable[str]) -> tuple[str, ...]:
    """The metrics that expressions name, each once; of what is no expression none."""
    found: dict[str, None] = {}
    for text in expressions:
        try:
            names = [selector.name for selector in selectors(parse(text))]
        except NotPromQL:
            continue
        found |= dict.fromkeys(name for name in names if name)
    return tuple(found)

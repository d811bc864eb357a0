"""The declared dashboards are there, and come from files (MT09)."""

from __future__ import annotations

from atalaia.checks.addresses import Needs
from atalaia.checks.check import Check, Finding, Inconclusive, Severity, Verdict
from atalaia.checks.metrics.asking import unreadable
from atalaia.checks.metrics.dashboards.sources import let_in
from atalaia.checks.metrics.dashboards.walked import answer_for, board_of, dashboards, the_walk
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.grafana.api import read_board, read_search
from atalaia.systems.grafana.queries import exported
from atalaia.systems.grafana.walk import Walked

_HOP = Hop.MONITORING.value


def _judge_missing(seen: tuple[Walked], expected: str) -> Verdict:
    (walked,) = seen
    promise = f"Grafana has the dashboard {expected}"
    if verdict := answer_for(walked.search, promise):
        return verdict
    assert walked.search.response is not None, "it is answered"
    hits = read_search(walked.search.response.body)
    if isinstance(hits, Unreadable):
        return unreadable(hits, promise)
    if not any(hit.title == expected for hit in hits):
        told = f"no dashboard of that title among {len(hits)}"
        return [Finding(expected=promise, observed=told, hop=_HOP)]
    exchange = dict(walked.dashboards).get(expected)
    if verdict := answer_for(exchange, promise):
        return verdict
    board = read_board(exchange.response.body if exchange and exchange.response else b"")
    return unreadable(board, promise) if isinstance(board, Unreadable) else []


MISSING = Check(
    id="dashboards.missing",
    severity=Severity.MAJOR,
    catches="A dashboard that people look for when something is wrong, and that is not there.",
    remedy="Put its file where a provider of provisioning/dashboards/ looks, with the title of "
    "grafana.dashboards; Grafana's log says which files it could not read.",
    source="MT09; Grafana's HTTP API, /api/search",
    targets=dashboards,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=let_in,
    judge=_judge_missing,
)


def there(environment: Environment, target: str) -> Needs:
    """That a dashboard is there and can be read."""
    return ((MISSING, target),)


def _judge_unprovisioned(seen: tuple[Walked], expected: str) -> Verdict:
    board = board_of(seen[0], expected)
    if isinstance(board, Inconclusive) or board.provisioned:
        return board if isinstance(board, Inconclusive) else []
    told = f"{expected} comes from a file"
    return [Finding(expected=told, observed="it was made or imported by hand", hop=_HOP)]


NOT_PROVISIONED = Check(
    id="dashboards.not-provisioned",
    severity=Severity.MINOR,
    catches="A dashboard that exists only in Grafana's database: who changes it changes it for all, and "
    "with the database it is lost.",
    remedy="Save its JSON beside the others, and delete the one that was made by hand: a provisioned "
    "dashboard does not take its place.",
    source="MT09; Grafana's HTTP API, /api/dashboards/uid/UID, meta.provisioned",
    targets=dashboards,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=there,
    judge=_judge_unprovisioned,
)


def _judge_exported(seen: tuple[Walked], expected: str) -> Verdict:
    board = board_of(seen[0], expected)
    if isinstance(board, Inconclusive):
        return board
    left = exported(board)
    if not left:
        return []
    told = f"{expected} needs nothing that only an import by hand gives it"
    return [Finding(expected=told, observed=f"{', '.join(left)} is left in it", hop=_HOP)]


LEFT_FROM_EXPORT = Check(
    id="dashboards.left-from-export",
    severity=Severity.CRITICAL,
    catches="A dashboard that was exported “for sharing”: its panels ask the data source "
    "${DS_PROMETHEUS}, which provisioning never fills in, and stay empty.",
    remedy="Put the uid of the provisioned data source in its place, and delete __inputs and __requires.",
    source="MT09; grafana/grafana#85387",
    targets=dashboards,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=there,
    judge=_judge_exported,
)

CHECKS: tuple[Check, ...] = (MISSING, NOT_PROVISIONED, LEFT_FROM_EXPORT)

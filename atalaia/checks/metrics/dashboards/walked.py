"""What the checks of Grafana look at: one walk through its API, shared by all of them."""

from __future__ import annotations

from atalaia.checks.answers import describe, undecided
from atalaia.checks.check import Inconclusive, NotDeclared, Verdict
from atalaia.checks.metrics.asking import unanswered, unreadable
from atalaia.checks.observables import bare
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.grafana.api import Board, DataSource, read_board, read_sources
from atalaia.systems.grafana.walk import Walk, Walked


def with_grafana(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Grafana, where it is declared."""
    return ("grafana",) if environment.grafana else NotDeclared("grafana")


def dashboards(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The declared dashboards, by title."""
    declared = environment.grafana.dashboards if environment.grafana else ()
    return tuple(dict.fromkeys(declared)) or NotDeclared("grafana.dashboards")


def the_walk(environment: Environment) -> Walk:
    """Walk through Grafana as the declared user."""
    grafana = environment.grafana
    assert grafana is not None, "the check's targets have it"
    there = endpoints(environment)
    return Walk(
        key="walk through grafana",
        hop=Hop.MONITORING,
        url=there["grafana"],
        username=grafana.username,
        password=grafana.password,
        sources=tuple(grafana.datasources),
        titles=tuple(grafana.dashboards),
        prometheus=bare(there["prometheus"]) if environment.prometheus else None,
    )


def answer_for(exchange: Exchange | None, promise: str) -> Verdict:
    """What to say where no good and whole answer came; nothing where one did."""
    if exchange is None:
        return Inconclusive(f"not asked for: {promise}")
    if verdict := unanswered(exchange, promise):
        return verdict
    if exchange.response and exchange.response.truncated:
        return Inconclusive(f"an answer that is longer than can be read whole: {exchange.url}")
    return []


def board_of(walked: Walked, title: str) -> Board | Inconclusive:
    """A dashboard; what is wrong with one that cannot be read is told by `dashboards.missing`."""
    exchange = dict(walked.dashboards).get(title)
    if exchange is None or undecided(exchange) or exchange.response is None:
        return Inconclusive(f"{title} was not read")
    board = read_board(exchange.response.body)
    return Inconclusive(f"{title} was not read: {board}") if isinstance(board, Unreadable) else board


def sources_of(walked: Walked) -> tuple[DataSource, ...] | Verdict:
    """The data sources; what to say where Grafana did not tell them."""
    promise = "Grafana tells its data sources to the declared user"
    response = walked.sources.response
    if response and response.status == 403:
        return Inconclusive(f"the declared user may not read data sources: {describe(walked.sources)}")
    if verdict := answer_for(walked.sources, promise):
        return verdict
    found = read_sources(response.body if response else b"")
    return unreadable(found, promise) if isinstance(found, Unreadable) else found

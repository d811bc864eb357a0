"""Walk through Grafana's API over one connection, one request after the other."""

from __future__ import annotations

from urllib.parse import quote

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.kept import KeptClient
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.grafana.api import read_board, read_search, read_sources
from atalaia.systems.grafana.queries import expressions
from atalaia.systems.grafana.walk import SEARCH, SOURCES, Walk, Walked
from atalaia.systems.patience import PATIENCE
from atalaia.systems.prometheus.label_names import Labelled
from atalaia.systems.prometheus.label_names_client import labels_of
from atalaia.systems.prometheus.names import metrics_of


async def walk(wanted: Walk, network: Network) -> Walked:
    """Every answer that is needed of Grafana; each within a deadline of its own."""
    async with KeptClient(network) as client:

        async def get(path: str) -> Exchange:
            return await client.exchange(
                HttpRequest(
                    key=f"GET grafana {path}",
                    hop=Hop.MONITORING,
                    url=wanted.url,
                    target=wanted.url.path + path,
                    username=wanted.username,
                    password=wanted.password,
                    patience=PATIENCE,
                )
            )

        search, sources = await get(SEARCH), await get(SOURCES)
        health: list[tuple[str, Exchange]] = []
        runtime: list[tuple[str, Exchange]] = []
        known = read_sources(_body(sources))
        for source in () if isinstance(known, Unreadable) else known:
            if source.name in wanted.sources:
                uid = quote(source.uid, safe="")
                health.append((source.name, await get(f"{SOURCES}/uid/{uid}/health")))
                path = f"{SOURCES}/proxy/uid/{uid}/api/v1/status/runtimeinfo"
                runtime.append((source.name, await get(path)))
        dashboards: dict[str, Exchange] = {}
        hits = read_search(_body(search))
        for hit in () if isinstance(hits, Unreadable) else hits:
            if hit.title in wanted.titles:
                dashboards[hit.title] = await get(f"/api/dashboards/uid/{quote(hit.uid, safe='')}")
        labelled = Labelled()
        if wanted.prometheus:
            boards = (read_board(_body(exchange)) for exchange in dashboards.values())
            asked = [
                text for board in boards if not isinstance(board, Unreadable) for text in expressions(board)
            ]
            labelled = await labels_of(client, wanted.prometheus, metrics_of(asked))
    return Walked(
        search=search,
        sources=sources,
        health=tuple(health),
        runtime=tuple(runtime),
        dashboards=tuple(dashboards.items()),
        labelled=labelled,
    )


def _body(exchange: Exchange) -> bytes:
    """Of an answer that is well; nothing of any other one, which judges tell themselves."""
    response = exchange.response
    good = exchange.failure is None and response is not None and response.status == 200
    return response.body if good and response else b""

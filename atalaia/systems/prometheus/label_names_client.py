"""Ask Prometheus for the labels of metrics, over one connection."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.environment.url import Url
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.kept import KeptClient
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable
from atalaia.systems.patience import PATIENCE
from atalaia.systems.prometheus.label_names import MOST, Labelled, LabelNames, paths
from atalaia.systems.prometheus.names import metrics_of, read_names
from atalaia.systems.prometheus.rules_api import read_rules


async def read_label_names(wanted: LabelNames, network: Network) -> Labelled:
    """The labels of the metrics that are wanted; each answer within a deadline of its own."""
    async with KeptClient(network) as client:
        metrics = dict.fromkeys(wanted.metrics)
        if wanted.of_rules:
            body = _body(await client.exchange(_request(wanted.url, "/api/v1/rules")))
            groups = body if isinstance(body, Failure) else read_rules(body)
            if isinstance(groups, Failure):
                return Labelled(failure=groups)
            if isinstance(groups, Unreadable):
                return Labelled(failure=Failure(reason=Reason.PROTOCOL, detail=str(groups)))
            rules = (rule for loaded in groups for rule in loaded.group.rules)
            metrics |= dict.fromkeys(metrics_of(rule.expression for rule in rules))
        return await labels_of(client, wanted.url, metrics)


async def labels_of(client: KeptClient, url: Url, metrics: Iterable[str]) -> Labelled:
    """The labels of metrics, as this Prometheus has them."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for metric, path in list(paths(metrics).items())[:MOST]:
        body = _body(await client.exchange(_request(url, path)))
        names = body if isinstance(body, Failure) else read_names(body)
        if isinstance(names, Failure):
            return Labelled(labels=tuple(found), failure=names)
        if isinstance(names, Unreadable):
            return Labelled(
                labels=tuple(found), failure=Failure(reason=Reason.PROTOCOL, detail=f"{path}: {names}")
            )
        found.append((metric, tuple(sorted(names))))
    return Labelled(labels=tuple(found))


def _request(url: Url, path: str) -> HttpRequest:
    return HttpRequest(
        key=f"GET prometheus {path}", hop=Hop.MONITORING, url=url, target=url.path + path, patience=PATIENCE
    )


def _body(exchange: Exchange) -> bytes | Failure:
    if exchange.failure or exchange.response is None:
        return exchange.failure or Failure(reason=Reason.PROTOCOL, detail="no answer")
    if exchange.response.truncated:
        return Failure(reason=Reason.PROTOCOL, detail=f"{exchange.url}: more than can be read whole")
    return exchange.response.body

"""Which of the monitoring's programs answers at an address, by documents that only it gives."""

from __future__ import annotations

from typing import ClassVar

from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.exchange.seen import Seen
from atalaia.systems.document import Unreadable, json_object

NAMES = {
    "prometheus": "Prometheus",
    "alertmanager": "the Alertmanager",
    "grafana": "Grafana",
    "pushgateway": "the Pushgateway",
}
"""For people."""
DOCUMENTS = {
    "prometheus": "/-/ready",
    "alertmanager": "/api/v2/status",
    "grafana": "/api/health",
    "pushgateway": "/api/v1/status",
}
"""Where each tells what no other does."""


class Program(Observable):
    """The documents by which programs are known, its own first, until one says who it is."""

    sees: ClassVar[type[Seen]] = Exchanges

    steps: tuple[HttpRequest, ...]


def program_of(exchange: Exchange) -> str | None:
    """The program that an answer is of; None where it does not tell.

    “OK” on /-/ready is the Alertmanager's and the Pushgateway's, and so tells of neither.
    """
    response = exchange.response
    if response is None or exchange.failure:
        return None
    if response.body.startswith(b"Prometheus Server is "):
        return "prometheus"
    document = json_object(response.body)
    if isinstance(document, Unreadable):
        return None
    data = document.get("data")
    if isinstance(data, dict) and "build_information" in data:
        return "pushgateway"
    if {"versionInfo", "config"} <= document.keys():
        return "alertmanager"
    return "grafana" if {"database", "version"} <= document.keys() else None

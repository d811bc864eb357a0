"""What the Alertmanager's checks look at: the configuration that it runs with, and the one that it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.checks.check import Inconclusive, Verdict
from atalaia.checks.metrics.asking import from_alertmanager, unanswered, unreadable
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.alertmanager.api import read_status
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines

Path = tuple[str | int, ...]


def the_status(environment: Environment) -> HttpRequest:
    """Ask the Alertmanager for its configuration."""
    return from_alertmanager(environment, "/api/v2/status")


def running(exchange: Exchange, promise: str) -> Mapping[str, Any] | Verdict:
    """The configuration of an answer; what to say where there is none."""
    if verdict := unanswered(exchange, promise):
        return verdict
    assert exchange.response is not None, "it is answered"
    if exchange.response.truncated:
        return Inconclusive("the Alertmanager's configuration is longer than can be read whole")
    found = read_status(exchange.response.body)
    return unreadable(found, promise) if isinstance(found, Unreadable) else found


def cause_of(environment: Environment, path: Path) -> str:
    """file:line of a setting of the declared configuration; empty where none is declared."""
    file = environment.monitoring_files.alertmanager
    return f"{file.shown}:{Lines(file.text).of(path)}" if file else ""

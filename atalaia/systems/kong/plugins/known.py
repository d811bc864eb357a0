"""The plugins that the model knows, in the order in which Kong 3.4 runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from atalaia.systems.kong.entities import Configuration, Plugin
from atalaia.systems.kong.plugins.cors import Cors
from atalaia.systems.kong.plugins.rate_limiting import RateLimiting
from atalaia.systems.kong.plugins.turn import Step
from atalaia.systems.kong.plugins.worker import Worker

Make = Callable[[Plugin, Configuration, Worker], Step]

KNOWN: Mapping[str, tuple[int, Make]] = {
    "cors": (2000, lambda plugin, _, worker: Cors(plugin, worker.version)),
    "rate-limiting": (910, lambda plugin, _, worker: RateLimiting(plugin, worker.counters)),
}
"""Name → (priority, how a step is made of an instance): priorities as `GET /` of 3.4.2 tells them."""


def unmodelled(configuration: Configuration) -> tuple[str, ...]:
    """The names of enabled plugins that the model does not know: it does as if they were not there."""
    return tuple(sorted({it.name for it in configuration.plugins if it.enabled} - KNOWN.keys()))

"""The plugins that the model knows, in the order in which Kong 3.4 runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from atalaia.systems.kong.entities import Configuration, Plugin
from atalaia.systems.kong.plugins import request_transformer
from atalaia.systems.kong.plugins.acl import Acl
from atalaia.systems.kong.plugins.basic_auth import BasicAuth
from atalaia.systems.kong.plugins.bot_detection import BotDetection
from atalaia.systems.kong.plugins.correlation_id import CorrelationId
from atalaia.systems.kong.plugins.cors import Cors
from atalaia.systems.kong.plugins.ip_restriction import IpRestriction
from atalaia.systems.kong.plugins.jwt import Jwt
from atalaia.systems.kong.plugins.key_auth import KeyAuth
from atalaia.systems.kong.plugins.rate_limiting import RateLimiting
from atalaia.systems.kong.plugins.request_size_limiting import RequestSizeLimiting
from atalaia.systems.kong.plugins.request_termination import RequestTermination
from atalaia.systems.kong.plugins.request_transformer import RequestTransformer
from atalaia.systems.kong.plugins.response_transformer import ResponseTransformer
from atalaia.systems.kong.plugins.turn import Step
from atalaia.systems.kong.plugins.worker import Worker

Make = Callable[[Plugin, Configuration, Worker], Step]

KNOWN: Mapping[str, tuple[int, Make]] = {
    "bot-detection": (2500, lambda plugin, _, __: BotDetection(plugin)),
    "cors": (2000, lambda plugin, _, worker: Cors(plugin, worker.version)),
    "jwt": (1450, lambda plugin, configuration, worker: Jwt(plugin, configuration, worker.version)),
    "key-auth": (1250, lambda plugin, configuration, worker: KeyAuth(plugin, configuration, worker.version)),
    "basic-auth": (1100, lambda plugin, configuration, _: BasicAuth(plugin, configuration)),
    "ip-restriction": (990, lambda plugin, _, __: IpRestriction(plugin)),
    "request-size-limiting": (951, lambda plugin, _, __: RequestSizeLimiting(plugin)),
    "acl": (950, lambda plugin, configuration, _: Acl(plugin, configuration)),
    "rate-limiting": (910, lambda plugin, _, worker: RateLimiting(plugin, worker.counters)),
    "request-transformer": (801, lambda plugin, _, __: RequestTransformer(plugin)),
    "response-transformer": (800, lambda plugin, _, __: ResponseTransformer(plugin)),
    "request-termination": (2, lambda plugin, _, __: RequestTermination(plugin)),
    "correlation-id": (1, lambda plugin, _, worker: CorrelationId(plugin, worker)),
}
"""Name → (priority, how a step is made of an instance): priorities as `GET /` of 3.4.2 tells them."""
_ELSEWHERE = frozenset({"prometheus"})
"""Known, but not part of the way of a request."""


def unmodelled(configuration: Configuration) -> tuple[str, ...]:
    """What the enabled plugins of a configuration do in Kong and not in the model, sorted.

    `NAME`: the plugin is not known, the model does as if it were not there. `NAME: what`: all but that.
    """
    return tuple(sorted({text for it in configuration.plugins if it.enabled for text in _beyond(it)}))


def _beyond(plugin: Plugin) -> Iterator[str]:
    name, config = plugin.name, plugin.config
    if name not in KNOWN and name not in _ELSEWHERE:
        yield name
    elif name == "bot-detection":
        yield f"{name}: the plugin's own list of robots"
    elif name == "rate-limiting" and config.get("policy") == "redis" and config.get("sync_rate", -1) != -1:
        yield f"{name}: sync_rate (counted in the node alone)"
    elif name == "response-transformer":
        rules = (config.get(it) or {} for it in ("remove", "rename", "replace", "add", "append"))
        if any(it.get("json") for it in rules):
            yield f"{name}: json"
    elif name == "request-transformer":
        yield from (f"{name}: {text}" for text in request_transformer.beyond_the_model(config))

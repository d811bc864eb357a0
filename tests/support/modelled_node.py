"""The Admin and the Status API of the recorded node, made of the pure model and that node's own facts."""

from __future__ import annotations

from dataclasses import replace

from atalaia.systems.kong.admin import api
from atalaia.systems.kong.admin.answers import Answer, Asked
from atalaia.systems.kong.admin.facts import Facts, TargetHealth, Traffic
from atalaia.systems.kong.declarative import load
from tests.support.kong_recordings import DECLARATIVE, Recorded

STARTED = 1795258041.969
"""When the recorded node loaded its file: `created_at` of its targets."""

_HASH = "4eb8d0283f462a52754547122790e803"
"""Of that file; the one that is kept here has a comment more."""
_HEALTH = {"pool.up": "HEALTHY", "dead.up": "UNHEALTHY"}
"""What the exchanges before had made of the targets."""
_SLABS = {
    "kong_locks": 0.06, "kong_healthchecks": 0.04, "kong_cluster_events": 0.04,
    "kong_rate_limiting_counters": 0.09, "kong_core_db_cache": 0.77, "kong_core_db_cache_miss": 0.08,
    "kong_db_cache": 0.76, "kong_db_cache_miss": 0.09, "kong_secrets": 0.04, "prometheus_metrics": 0.84,
    "kong": 0.04,
}  # fmt: skip
"""MiB."""
_REQUESTS = {220: 223, 256: 259}
"""Requests that the node had had, by the exchange that tells of them."""


class ModelledNode:
    """Answers requests to the Admin and the Status API, in the order in which they come."""

    def __init__(self) -> None:
        self.configuration = replace(load(DECLARATIVE, loaded_at=STARTED), hash=_HASH)

    def answer(self, recorded: Recorded) -> Answer:
        """The answer to a request of the recordings; what it loads is served from then on."""
        headers = recorded.by_name
        asked = Asked(
            recorded.method,
            recorded.target,
            headers.get("origin", [None])[0],
            headers.get("content-type", [None])[0],
            recorded.request_body.encode(),
        )
        answering = api.status if recorded.listener == "status" else api.admin
        answer = answering(asked, self.configuration, self._facts(recorded))
        self.configuration = answer.loaded or self.configuration
        return answer

    def _facts(self, recorded: Recorded) -> Facts:
        requests = _REQUESTS.get(recorded.n, 0)
        return Facts(
            id="53fe76fd-cb72-4441-bf63-d426ef68c202",
            version="3.4.2",
            now=recorded.sent_at,
            workers={26756: _bytes(58.79), 26757: _bytes(57.55)},
            workers_ready=2,
            slabs={name: _bytes(size) for name, size in _SLABS.items()},
            traffic=Traffic(requests=requests, accepted=requests, active=3),
            health={
                upstream.id: tuple(
                    TargetHealth(it, _HEALTH[upstream.name], "127.0.0.1", ("127.0.0.1", _port(it.target)))
                    for it in self.configuration.targets
                    if it.upstream == upstream.id
                )
                for upstream in self.configuration.upstreams
            },
        )


def _bytes(mebibytes: float) -> int:
    return round(mebibytes * 2**20)


def _port(target: str) -> int:
    return int(target.rpartition(":")[2])

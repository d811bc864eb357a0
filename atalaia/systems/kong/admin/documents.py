"""The documents that a node tells about itself: /, /status, the health of targets, whether it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.systems.kong import schema
from atalaia.systems.kong.admin.facts import Facts, TargetHealth, Traffic
from atalaia.systems.kong.entities import Configuration

DICTS = {
    "kong_locks": 8, "kong_healthchecks": 5, "kong_cluster_events": 5, "kong_rate_limiting_counters": 12,
    "kong_core_db_cache": 128, "kong_core_db_cache_miss": 12, "kong_db_cache": 128,
    "kong_db_cache_miss": 12, "kong_secrets": 5, "prometheus_metrics": 5, "kong": 5,
}  # fmt: skip
"""Kong's shared dictionaries and their capacity in MiB."""


def root(configuration: Configuration, facts: Facts) -> Mapping[str, Any]:
    """`GET /` of the Admin API; what the machine is and how nginx is set, the facts say or nobody."""
    return {
        "tagline": "Welcome to kong",
        "version": facts.version,
        "node_id": facts.id,
        "plugins": {
            "available_on_server": {name: {"version": facts.version} for name in schema.bundled_plugins()},
            "enabled_in_cluster": sorted({plugin.name for plugin in configuration.plugins}),
        },
        **facts.machine,
    }


def status(configuration: Configuration, facts: Facts) -> Mapping[str, Any]:
    """`GET /status` of both APIs."""
    return {
        "memory": {
            "lua_shared_dicts": {
                name: {"allocated_slabs": _mebibytes(facts.slabs.get(name, 0)), "capacity": f"{size}.00 MiB"}
                for name, size in DICTS.items()
            },
            "workers_lua_vms": [
                {"pid": pid, "http_allocated_gc": _mebibytes(size)} for pid, size in facts.workers.items()
            ],
        },
        "server": {
            **{f"connections_{state}": count for state, count in connections(facts.traffic).items()},
            "total_requests": facts.traffic.requests,
        },
        "configuration_hash": configuration.hash,
    }


def connections(traffic: Traffic) -> Mapping[str, int]:
    """How many connections there are in each of nginx' states: one that is not idle counts as written to."""
    return {
        "accepted": traffic.accepted,
        "active": traffic.active,
        "handled": traffic.accepted,
        "reading": 0,
        "waiting": traffic.waiting,
        "writing": traffic.active - traffic.waiting,
    }


def health(upstream: str, facts: Facts) -> Mapping[str, Any]:
    """`GET /upstreams/U/health`, of the upstream with this id."""
    data = [_target(it) for it in facts.health.get(upstream, ())]
    return {"node_id": facts.id, "next": None, "data": data}


def not_ready(configuration: Configuration, facts: Facts) -> str | None:
    """Why a node is not ready for requests, in Kong's words (kong/status/ready.lua); None where it is."""
    ready, workers = facts.workers_ready, len(facts.workers)
    if ready < workers:
        return f"router builds not yet complete, router ready in {ready} of {workers} workers"
    return "no configuration available (empty configuration present)" if configuration.empty else None


def _target(it: TargetHealth) -> Mapping[str, Any]:
    weight = it.target.weight
    able = 0 if it.health == "UNHEALTHY" else weight
    addresses = []
    if it.address:
        host, port = it.address
        addresses.append({"ip": host, "port": port, "health": it.health, "weight": weight})
    return {
        **it.target.document,
        "health": it.health,
        "data": {
            "addresses": addresses,
            "weight": {"total": weight, "available": able, "unavailable": weight - able},
            "dns": "A",
            "host": it.hostname,
            "port": it.address[1] if it.address else 0,
            "nodeWeight": weight,
        },
    }


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.2f} MiB"

"""The documents that a node tells about itself: /, /status and /metrics."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from atalaia.systems.kong import schema
from sandbox.standins.http.server import Server
from sandbox.standins.kong.metrics import target_health
from sandbox.standins.kong.node import Node

_DICTS = {
    "kong_locks": 8, "kong_healthchecks": 5, "kong_cluster_events": 5, "kong_rate_limiting_counters": 12,
    "kong_core_db_cache": 128, "kong_core_db_cache_miss": 12, "kong_db_cache": 128,
    "kong_db_cache_miss": 12, "kong_secrets": 5, "prometheus_metrics": 5, "kong": 5,
}  # fmt: skip
"""Kong's shared dictionaries and their capacity in MiB. A stand-in has none: their use is told as zero."""


def root(node: Node) -> Mapping[str, Any]:
    """`GET /` of the Admin API."""
    return {
        "tagline": "Welcome to kong",
        "version": node.version,
        "stand_in": "not Kong: the sandbox's stand-in for it",
        "left_out": list(node.left_out),
        "edition": "community",
        "hostname": platform.node(),
        "node_id": node.id,
        "lua_version": "none",
        "pids": {"master": node.pid, "workers": [node.pid]},
        "timers": {"running": 0, "pending": 0},
        "plugins": {
            "available_on_server": {
                name: {"version": node.config.version} for name in schema.bundled_plugins()
            },
            "enabled_in_cluster": sorted({plugin.name for plugin in node.configuration.plugins}),
        },
        "configuration": {
            "database": "off",
            "router_flavor": "traditional_compatible",
            "role": "traditional",
            "trusted_ips": list(node.trusted_ips),
            "real_ip_header": "X-Forwarded-For",
            "real_ip_recursive": "on" if node.recursive else "off",
            "declarative_config": str(node.config.declarative or ""),
        },
    }


def status(node: Node, listeners: tuple[Server, ...]) -> Mapping[str, Any]:
    """`GET /status` of both APIs."""
    connections = [connection for server in listeners for connection in server.connections]
    waiting = sum(connection.idle for connection in connections)
    return {
        "memory": {
            "lua_shared_dicts": {
                name: {"allocated_slabs": "0.00 MiB", "capacity": f"{size}.00 MiB"}
                for name, size in _DICTS.items()
            },
            "workers_lua_vms": [{"pid": node.pid, "http_allocated_gc": "0.00 MiB"}],
        },
        "server": {
            "connections_active": len(connections),
            "connections_waiting": waiting,
            "connections_reading": 0,
            "connections_writing": len(connections) - waiting,
            "connections_accepted": sum(server.accepted for server in listeners),
            "connections_handled": sum(server.accepted for server in listeners),
            "total_requests": node.requests,
        },
        "configuration_hash": node.configuration.hash,
    }


def metrics(node: Node, listeners: tuple[Server, ...]) -> str:
    """`GET /metrics`, in Prometheus' text format."""
    server = status(node, listeners)["server"]
    node_id = f'node_id="{node.id}"'
    http = 'kong_subsystem="http"'
    lines = [
        "# HELP kong_datastore_reachable Datastore reachable from Kong, 0 is unreachable",
        "# TYPE kong_datastore_reachable gauge",
        "kong_datastore_reachable 1",
        "# HELP kong_memory_lua_shared_dict_bytes Allocated slabs in bytes in a shared_dict",
        "# TYPE kong_memory_lua_shared_dict_bytes gauge",
        *(f'kong_memory_lua_shared_dict_bytes{{{node_id},shared_dict="{name}",{http}}} 0' for name in _DICTS),
        "# HELP kong_memory_lua_shared_dict_total_bytes Total capacity in bytes of a shared_dict",
        "# TYPE kong_memory_lua_shared_dict_total_bytes gauge",
        *(
            f'kong_memory_lua_shared_dict_total_bytes{{{node_id},shared_dict="{name}",{http}}} {size << 20}'
            for name, size in _DICTS.items()
        ),
        "# HELP kong_memory_workers_lua_vms_bytes Allocated bytes in worker Lua VM",
        "# TYPE kong_memory_workers_lua_vms_bytes gauge",
        f'kong_memory_workers_lua_vms_bytes{{{node_id},pid="{node.pid}",{http}}} 0',
        "# HELP kong_nginx_connections_total Number of connections by subsystem",
        "# TYPE kong_nginx_connections_total gauge",
        *(
            f'kong_nginx_connections_total{{{node_id},subsystem="http",state="{state}"}} '
            f"{server[f'connections_{state}']}"
            for state in ("accepted", "active", "handled", "reading", "waiting", "writing")
        ),
        "# HELP kong_nginx_metric_errors_total Number of nginx-lua-prometheus errors",
        "# TYPE kong_nginx_metric_errors_total counter",
        "kong_nginx_metric_errors_total 0",
        "# HELP kong_nginx_requests_total Number of requests total",
        "# TYPE kong_nginx_requests_total gauge",
        f'kong_nginx_requests_total{{{node_id},subsystem="http"}} {server["total_requests"]}',
        "# HELP kong_nginx_timers Number of nginx timers",
        "# TYPE kong_nginx_timers gauge",
        'kong_nginx_timers{state="pending"} 0',
        'kong_nginx_timers{state="running"} 0',
        "# HELP kong_node_info Kong Node metadata information",
        "# TYPE kong_node_info gauge",
        f'kong_node_info{{{node_id},version="{node.version}"}} 1',
    ]
    lines += node.metrics.lines()
    if node.health_metrics:
        balancer = node.balancer
        lines += target_health((it, balancer.targets(it)) for it in node.configuration.upstreams)
    return "\n".join(lines) + "\n"

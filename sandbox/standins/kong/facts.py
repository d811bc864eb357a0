"""The facts of a running node, for what its Admin and Status API say of it."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from atalaia.systems.kong.admin.facts import Facts, TargetHealth, Traffic
from sandbox.standins.http.server import Server
from sandbox.standins.kong.node import Node


def facts(node: Node, listeners: Sequence[Server]) -> Facts:
    """What is so now. A stand-in has no Lua: the memory of it is told as zero."""
    return Facts(
        id=node.id,
        version=node.version,
        now=time.time(),
        workers={node.pid: 0},
        workers_ready=int(node.behaviour.workers_ready),
        traffic=_traffic(node, listeners),
        health={
            upstream.id: tuple(
                TargetHealth(it.target, it.health, it.hostname, it.address)
                for it in node.balancer.targets(upstream)
            )
            for upstream in node.configuration.upstreams
        },
        machine=_machine(node),
        measured=node.metrics.lines,
    )


def with_health(known: Facts, health: str) -> Facts:
    """The same facts, with every upstream target in this state."""
    told = {
        upstream: tuple(replace(it, health=health) for it in targets)
        for upstream, targets in known.health.items()
    }
    return replace(known, health=told)


def _traffic(node: Node, listeners: Sequence[Server]) -> Traffic:
    connections = [connection for server in listeners for connection in server.connections]
    return Traffic(
        requests=node.requests,
        accepted=sum(server.accepted for server in listeners),
        active=len(connections),
        waiting=sum(connection.idle for connection in connections),
    )


def _machine(node: Node) -> dict[str, Any]:
    return {
        "stand_in": "not Kong: the sandbox's stand-in for it",
        "left_out": list(node.left_out),
        "hostname": platform.node(),
        "lua_version": "none",
        "pids": {"master": node.pid, "workers": [node.pid]},
        "timers": {"running": 0, "pending": 0},
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

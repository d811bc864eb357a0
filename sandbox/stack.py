"""Which servers make up the sandbox, and which of them this machine can start."""

from __future__ import annotations

from importlib.util import find_spec

from sandbox.blueprint import Blueprint
from sandbox.programs import Program
from sandbox.servers.alertmanager import Alertmanager
from sandbox.servers.haproxy import HAProxy
from sandbox.servers.node_exporter import NodeExporter
from sandbox.servers.postgres import Postgres
from sandbox.servers.postgres_exporter import PostgresExporter
from sandbox.servers.prometheus import Prometheus
from sandbox.servers.pushgateway import Pushgateway
from sandbox.servers.redis import Redis
from sandbox.servers.redis_exporter import RedisExporter
from sandbox.servers.server import Server
from sandbox.servers.standins import Kong1, Kong2, ServicesAndGrafana

SERVERS: tuple[type[Server], ...] = (
    Postgres,
    Redis,
    ServicesAndGrafana,
    Kong1,
    Kong2,
    HAProxy,
    Prometheus,
    Alertmanager,
    Pushgateway,
    NodeExporter,
    PostgresExporter,
    RedisExporter,
)

_PARTS = {"services": ("postgres", "redis")}
"""Parts of a server that are left out by themselves, and what they need."""


def missing_programs() -> list[Program]:
    """The programs that are not installed here."""
    return [program for server in SERVERS for program in server.programs if program.find() is None]


def missing_modules() -> list[str]:
    """Python packages of the extra `sandbox`, which the stand-ins need, that are not installed here."""
    return [name for name in ("httptools", "jwt", "prometheus_client", "uvloop") if find_spec(name) is None]


def left_out(programs: list[Program]) -> tuple[str, ...]:
    """The servers, and parts of them, that cannot be there without these programs."""
    absent = [server.name for server in SERVERS if set(server.programs) & set(programs)]
    needs = {server.name: server.needs for server in SERVERS} | _PARTS
    absent += [name for name, needed in needs.items() if name not in absent and set(needed) & set(absent)]
    return tuple(absent)


def servers(blueprint: Blueprint) -> dict[str, Server]:
    """The servers of a sandbox, by name."""
    return {server.name: server(blueprint) for server in SERVERS if blueprint.has(server.name)}

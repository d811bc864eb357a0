"""An imagined stack: what each observable of an environment would show, with or without a fault.

It stands in for the network where the subject is judgement: that of one fault, one check fails. The
same promise is held against real servers by tests/matrix.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.exchange.answering import answered_by
from atalaia.exchange.exchange import Certificate, Connection, Exchange, Exchanges, Resolution
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import (
    Connect,
    Handshake,
    HttpRequest,
    HttpSequence,
    Lookup,
    Observable,
)
from atalaia.exchange.response import Response
from atalaia.exchange.seen import Seen
from atalaia.run.observations import Observation
from atalaia.systems.postgres.model import PostgresLogin
from atalaia.systems.postgres.session import PostgresSession
from atalaia.systems.programs import Program
from atalaia.systems.redis.model import RedisLogin
from atalaia.systems.redis.session import RedisSession

SERVICES = ("auth-service", "user-service", "health-service")
NODES = ("kong-1", "kong-2")
FULL_HASH = "ad40bb4a15294e50f0f0bcf2f0d4b33d"
EMPTY_HASH = "0" * 32
T = TypeVar("T")

STACK: dict[str, Any] = {
    "name": "imagined",
    "safety": "sandbox",
    "services": {
        name: {
            "url": f"http://{name}.test:3001",
            "gateway_health": "/health"
            if name == "health-service"
            else f"/api/v1/{name.split('-')[0]}/health",
            "depends_on": ["postgres", "redis"],
            "response_time": "200ms",
        }
        for name in SERVICES
    },
    "gateway": {
        "nodes": [
            {
                "proxy": f"http://{n}.test:8000",
                "admin": f"http://{n}.test:8001",
                "status": f"http://{n}.test:8100",
            }
            for n in NODES
        ]
    },
    "load_balancer": {
        "url": "http://front.test:80",
        "tls_url": "https://front.test:443",
        "stats": {"url": "http://front.test:8404/stats", "username": "admin", "password": "stats-secret"},
        "limit": {"requests": 100, "window": "60s"},
        "backends": {
            "api_gateway": {"servers": list(NODES), "paths": ["/api"], "balance": "roundrobin"},
            "health_service": {"servers": ["health-service"], "paths": ["/health"]},
        },
        "private_paths": ["/kong-admin"],
    },
    "stores": {
        "postgres": {"dsn": "postgresql://app:db-secret@pg.test:5432/app"},
        "redis": {"url": "redis://:redis-secret@redis.test:6379/0", "eviction": "noeviction"},
    },
    "prometheus": {"url": "http://prometheus.test:9090"},
    "alertmanager": {"url": "http://alertmanager.test:9093"},
    "grafana": {"url": "http://grafana.test:3000"},
    "pushgateway": {"url": "http://pushgateway.test:9091"},
}

Answer = Response | Failure


def environment(**changes: Any) -> Environment:
    """The imagined stack's environment, with some sections replaced."""
    return Environment.model_validate_json(json.dumps(STACK | changes))


def answer(status: int, body: Any = "", **headers: str) -> Response:
    """An answer; header names with _ for -."""
    text = body if isinstance(body, str) else json.dumps(body)
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status=status, headers=named, body=text.encode())


KONG = {"Server": "kong/3.4.2", "X_Kong_Response_Latency": "0"}
PROXIED = {"Via": "kong/3.4.2", "X_Kong_Upstream_Latency": "1", "X_Kong_Proxy_Latency": "0"}
ADMIN = {"Server": "kong/3.4.2", "X_Kong_Admin_Latency": "5"}
REFUSED = Failure(reason=Reason.REFUSED, detail="connection refused")
TIMED_OUT = Failure(reason=Reason.TIMEOUT, detail="no whole answer within 5s")
NO_SERVER = answer(503, "<html><body><h1>503 Service Unavailable</h1>\n</body></html>")


@dataclass(frozen=True)
class Stack:
    """The state of the imagined stack; the defaults are a healthy one."""

    environment: Environment = field(default_factory=environment)
    stopped: frozenset[str] = frozenset()
    """Services, nodes, haproxy, postgres, redis, prometheus …"""
    hanging: frozenset[str] = frozenset()
    health: dict[str, Response] = field(default_factory=dict)
    """Other health documents, by service."""
    latency: dict[str, float] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    ready: dict[str, int] = field(default_factory=dict)
    """Status of /status/ready, by node."""
    admin: dict[str, Response] = field(default_factory=dict)
    """Other answers of the Admin API's /status, by node."""
    leads_to: dict[str, str] = field(default_factory=dict)
    """Services that Kong's route of another leads to."""
    front: dict[str, Answer] = field(default_factory=dict)
    """Other answers of the public front, by path."""
    tls_front: dict[str, Answer] = field(default_factory=dict)
    """Other answers of the TLS front, by path."""
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    """Changes to HAProxy's statistics, by server."""
    shares: tuple[int, int] = (2, 2)
    """Requests that the nodes get of four."""
    stats_status: dict[bool, int] = field(default_factory=dict)
    """Other answers of the statistics, with and without credentials."""
    certificate: dict[str, Any] = field(default_factory=dict)
    postgres: dict[str, Any] = field(default_factory=dict)
    redis: dict[str, Any] = field(default_factory=dict)
    monitoring: dict[str, Response] = field(default_factory=dict)
    unresolvable: frozenset[str] = frozenset()

    def but(self, **changes: Any) -> Stack:
        """The same with another state of some part."""
        return replace(self, **changes)

    async def take(self, observable: Observable) -> Observation:
        """Observe, without any network."""
        payload = self.see(observable)
        assert isinstance(payload, observable.sees)
        return Observation(key=observable.key, taken_at=0, hop=observable.hop, payload=payload)

    async def look_through(self, work: Callable[[], T]) -> T:
        """Nothing of it is long."""
        return work()

    def see(self, observable: Observable) -> Seen:
        """What an observable shows."""
        match observable:
            case Lookup(host=host):
                missing = Failure(reason=Reason.DNS, detail="name or service not known")
                known = host not in self.unresolvable
                return Resolution(
                    host=host, addresses=("127.0.0.1",) if known else (), failure=None if known else missing
                )
            case Connect(url=url):
                return Connection(failure=REFUSED if self._program(url.host) in self.stopped else None)
            case Handshake():
                now = time.time()
                healthy = {
                    "subject": "front.test",
                    "names": ("front.test",),
                    "not_before": now - 9e5,
                    "not_after": now + 9e6,
                }
                return Certificate(**(healthy | self.certificate))
            case PostgresLogin():
                return PostgresSession(
                    **({"server_version": "15.8", "one": 1, "in_recovery": False} | self.postgres)
                )
            case RedisLogin():
                healthy = {
                    "auth_required": True,
                    "ping": True,
                    "role": "master",
                    "maxmemory_policy": "noeviction",
                }
                return RedisSession(**(healthy | self.redis))
            case HttpSequence(steps=steps):
                given = iter((0, 1) if steps[0].key.startswith("GET load-balancer-stats") else ())
                return Exchanges(steps=tuple(self.exchange(step, given) for step in steps))
            case Program(steps=steps):
                return Exchanges(steps=tuple(self.exchange(step, iter((0,))) for step in steps))
            case HttpRequest():
                return self.exchange(observable, iter((0,)))
        raise TypeError(type(observable).__name__)

    def exchange(self, request: HttpRequest, given: Any) -> Exchange:
        """What a request gets; `given` counts the readings of the statistics."""
        name = request.key.split()[1]
        got = self._answer(name, request, given)
        response = got if isinstance(got, Response) else None
        return Exchange(
            method="GET",
            url=f"{request.url}{request.target}",
            request_id="1",
            response=response,
            failure=None if response else got,
            answered_by=answered_by(request.hop, response) if response else Hop.UNKNOWN,
            elapsed=self.latency.get(name, 0.01),
        )

    def _program(self, host: str) -> str:
        name = host.removesuffix(".test")
        return {"front": "haproxy", "pg": "postgres"}.get(name, name)

    def _answer(self, name: str, request: HttpRequest, given: Any) -> Answer:
        program = self._program(endpoints(self.environment)[name].host)
        if program in self.stopped:
            return REFUSED
        if program in self.hanging:
            return TIMED_OUT
        if name in SERVICES:
            return self._service(name)
        if name == "load-balancer":
            return self._front(request.target)
        if name == "load-balancer-tls":
            return self.tls_front.get(request.target) or self._front(request.target)
        if name == "load-balancer-stats":
            credentials = request.username is not None
            status = self.stats_status.get(credentials, 200 if credentials else 401)
            return answer(status, self._csv(next(given)) if status == 200 else "", WWW_Authenticate="Basic")
        for node in NODES:
            if name == f"{node}-proxy":
                return self._node(node, request.target)
            if name in {f"{node}-admin", f"{node}-status"}:
                return self._admin(node, request.target)
        return self.monitoring.get(name) or {
            "prometheus": answer(200, "Prometheus Server is Ready.\n"),
            "grafana": answer(200, {"database": "ok", "version": "10.4"}),
        }.get(name, answer(200, "OK"))

    def _service(self, name: str) -> Answer:
        if name in self.stopped:
            return REFUSED
        if name in self.hanging:
            return TIMED_OUT
        marks = {"X_Service": name, "X_Version": "1.0.0", "Date": "now"}
        stores_up = not {"postgres", "redis"} & self.stopped and not self.postgres.get("failure")
        if not stores_up:
            return answer(503, {"status": "DOWN", "service": name}, **marks)
        return self.health.get(name) or answer(200, {"status": "UP", "service": name}, **marks)

    def _node(self, node: str, path: str) -> Answer:
        if self._hash(node) == EMPTY_HASH:
            return answer(404, {"message": "no Route matched with those values"}, **KONG)
        for name, service in self.environment.services.items():
            if service.gateway_health == path:
                upstream = self._service(self.leads_to.get(name, name))
                if upstream == REFUSED:
                    message = "An invalid response was received from the upstream server"
                    return answer(502, {"message": message}, **PROXIED)
                if isinstance(upstream, Failure):
                    return answer(504, {"message": "The upstream server is timing out"}, **PROXIED)
                marks = tuple((key.replace("_", "-"), value) for key, value in PROXIED.items())
                return replace(upstream, headers=(*upstream.headers, *marks))
        return answer(404, {"message": "no Route matched with those values"}, **KONG)

    def _admin(self, node: str, path: str) -> Answer:
        if path == "/status":
            document = {"server": {"total_requests": 1}, "memory": {}, "configuration_hash": self._hash(node)}
            return self.admin.get(node) or answer(200, document, **ADMIN)
        if path == "/status/ready":
            default = 503 if self._hash(node) == EMPTY_HASH else 200
            return answer(self.ready.get(node, default), {"message": "ready"}, **ADMIN)
        return answer(200, {"data": [] if self._hash(node) == EMPTY_HASH else [{}], "next": None}, **ADMIN)

    def _hash(self, node: str) -> str:
        return self.hashes.get(node, FULL_HASH)

    def _front(self, path: str) -> Answer:
        if path in self.front:
            return self.front[path]
        if path == "/health":
            return (
                NO_SERVER
                if self._row("health-service")["status"].startswith("DOWN")
                else self._service("health-service")
            )
        for node in NODES:
            if not self._row(node)["status"].startswith("DOWN"):
                return self._node(node, path)
        return NO_SERVER

    def _row(self, server: str) -> dict[str, str]:
        up = {"status": "UP", "check_status": "L7OK", "chkdown": "0", "lastchg": "300", "weight": "1"}
        behind = self._service(server) if server in SERVICES else None
        dead = server in self.stopped or server in self.hanging or self.hashes.get(server) == EMPTY_HASH
        if dead or isinstance(behind, Failure) or (behind and behind.status != 200):
            up |= {"status": "DOWN", "check_status": "L4CON"}
        return up | self.rows.get(server, {})

    def _csv(self, reading: int) -> str:
        lines = ["# pxname,svname,stot,status,weight,chkdown,lastchg,type,check_status,"]
        sessions = dict(zip(NODES, self.shares, strict=True))
        for backend, declared in self.environment.load_balancer.backends.items():
            for server in declared.servers:
                row = self._row(server)
                if row["status"] == "absent":
                    continue
                stot = 10 + reading * sessions.get(server, 0)
                columns = (row[k] for k in ("status", "weight", "chkdown", "lastchg"))
                lines.append(f"{backend},{server},{stot},{','.join(columns)},2,{row['check_status']},")
        return "\n".join(lines) + "\n"

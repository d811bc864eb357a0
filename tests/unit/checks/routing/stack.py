"""A small stack for the judges of routing: an environment, the file that it names, and exchanges by hand."""

from __future__ import annotations

import json
from typing import Any

from atalaia.checks.check import Check, Finding, Inconclusive, Verdict
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.exchange.answering import answered_by
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.systems.kong.admin.model import AdminEntities
from atalaia.systems.kong.declarative import load
from tests.support.imagined import answer

FILE = """\
_format_version: "3.0"
services:
- name: users
  url: http://users.test:3001
  connect_timeout: 1000
  write_timeout: 1000
  read_timeout: 1000
  routes:
  - name: users
    paths: ["~/api/users$", /api/users/]
    methods: [GET, HEAD]
    strip_path: false
- name: echo
  url: http://echo.test:3002
  connect_timeout: 1000
  write_timeout: 1000
  read_timeout: 1000
  routes:
  - name: echo
    paths: [/api/echo]
    strip_path: false
"""
STACK: dict[str, Any] = {
    "name": "small",
    "safety": "sandbox",
    "client": {"addresses": "127.64.0.0/16"},
    "services": {
        "users": {"url": "http://users.test:3001", "mark": "users-1"},
        "echo": {"url": "http://echo.test:3002"},
    },
    "gateway": {
        "nodes": [{"proxy": "http://kong.test:8000", "admin": "http://kong.test:8001"}],
        "upstream_timeout": "5s",
        "correlation_header": "X-Request-ID",
        "dead_upstream": "/dead",
        "echo": "/api/echo",
    },
    "routes": [
        {"path": "/api/users", "service": "users", "methods": ["GET"]},
        {"path": "/api/echo", "service": "echo"},
    ],
    "load_balancer": {
        "url": "http://front.test",
        "tls_url": "https://front.test",
        "dead_upstream": "/nobody",
        "backends": {"api": {"servers": ["kong-1"], "paths": ["/api/"]}},
    },
}
PROXIED = {"Via": "kong/3.4.2", "X_Kong_Upstream_Latency": "1", "X_Kong_Proxy_Latency": "0"}


def stack(file: str | None = FILE, **changes: Any) -> Environment:
    """The environment with this declarative file, some sections replaced."""
    loaded = Environment.model_validate_json(json.dumps(STACK | changes))
    return loaded if file is None else loaded.completed(GatewayFile(file, "kong.yml"))


def of_admin_api(file: str) -> Environment:
    """The environment whose gateway was asked for its lists before, and serves this file."""
    served = load(file)
    kinds = ("services", "routes", "plugins", "upstreams", "targets")
    text = json.dumps({kind: [dict(one.document) for one in getattr(served, kind)] for kind in kinds})
    return stack(None).completed(GatewayFile(text, "http://kong.test:8001", live=True))


def changed(*edits: tuple[str, str]) -> Environment:
    """The environment whose file has other texts in some places."""
    text = FILE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return stack(text)


def judged(check: Check, target: str, *seen: Any, declared: Environment | None = None) -> Verdict:
    """What a check makes of what was seen."""
    return check.judge(seen, check.expects(declared or stack(), target))


def only(verdict: Verdict) -> Finding:
    """The one finding."""
    assert isinstance(verdict, list), verdict
    (finding,) = verdict
    return finding


def why(verdict: Verdict) -> str:
    """Why it is inconclusive."""
    assert isinstance(verdict, Inconclusive), verdict
    return verdict.reason


def exchange(
    got: Response | Failure, hop: Hop = Hop.GATEWAY, *, elapsed: float = 0.01, **more: Any
) -> Exchange:
    """An exchange that was sent to this hop."""
    response = got if isinstance(got, Response) else None
    return Exchange(
        method=more.pop("method", "GET"),
        url=more.pop("url", "http://kong.test:8000/api/users"),
        request_id="1",
        response=response,
        failure=None if response else got,
        answered_by=answered_by(hop, response) if response else Hop.UNKNOWN,
        elapsed=elapsed,
        **more,
    )


def echoed(target: str = "/api/echo", told: dict[str, str] | None = None, **headers: str) -> Exchange:
    """What the echo answers to a request that it saw so; `told` are headers of its answer."""
    listed = [[name.replace("_", "-"), value] for name, value in headers.items()]
    document = {"method": "GET", "target": target, "headers": listed, "client": "127.0.0.1"}
    response = answer(200, document, **PROXIED, **(told or {}))
    return exchange(response, Hop.LOAD_BALANCER, source="127.64.0.9")


def lists(file: str) -> tuple[AdminEntities, ...]:
    """What the Admin API of a node lists that has loaded this file."""
    served = load(file)
    found = []
    for kind in ("services", "routes", "plugins", "upstreams", "consumers"):
        documents = tuple(dict(one.document) for one in getattr(served, kind))
        below = tuple(dict(one.document) for one in served.targets) if kind == "upstreams" else ()
        found.append(AdminEntities(path=f"/{kind}", documents=documents, below=below))
    return tuple(found)

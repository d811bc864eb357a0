"""An environment for tests of planning: a shop, and what is said differently of it."""

from __future__ import annotations

import json
from typing import Any

import yaml

from atalaia.environment import Environment
from probes.model import Planned
from probes.planning.drawing import plan

SHOP = yaml.safe_load("""
name: shop
safety: production
services:
  auth: {url: "http://localhost:3001", gateway_health: /api/auth/health}
  cart: {url: "http://localhost:3002"}
  mail: {url: "http://localhost:3003", health: null}
gateway:
  nodes: [{proxy: "http://localhost:8000", admin: "http://localhost:8001", status: "http://localhost:8100"}]
route_classes:
  strict: {limit: {minute: 5, hour: 100}}
  wide: {limit: {minute: 1000}}
routes:
  - {path: /api/auth/login, service: auth, class: strict, methods: [POST], sample: {method: POST}}
  - {path: /api/auth/health, service: auth}
  - {path: /api/cart, service: cart, class: wide}
  - {path: /free/cart, service: cart}
load_balancer:
  url: "http://localhost"
  tls_url: "https://localhost"
  stats: {url: "http://localhost:8404/stats", username: admin, password: s3cret}
  limit: {requests: 100, window: 60s}
stores:
  postgres: {dsn: "postgresql://app:s3cret@db/app", role: replica, replication_lag: 10s}
  redis: {url: "redis://:s3cret@cache:6379/0"}
metrics: {exporters: {db-exporter: {url: "http://localhost:9187/metrics?key=s3cret", kind: postgres}}}
prometheus: {url: "http://localhost:9090"}
grafana: {url: "https://grafana.example"}
tls: {expires_after: 20d}
authentication: {jwt: {secret: s3cret}}
probes: {interval: 60s, timeout: 4s}
""")


def shop(*, without: tuple[str, ...] = (), **sections: Any) -> Environment:
    """The shop with other sections; `probes` is merged."""
    document = {**SHOP, **sections, "probes": {**SHOP["probes"], **sections.get("probes", {})}}
    return Environment.model_validate_json(
        json.dumps({key: value for key, value in document.items() if key not in without})
    )


def with_added(*probes: dict[str, Any], **sections: Any) -> Environment:
    """The shop with added probes."""
    further = sections.pop("probes", {})
    return shop(**sections, probes={"add": list(probes), **further})


def named(environment: Environment) -> dict[str, Planned]:
    """Its plan, by the probes' names."""
    return {planned.name: planned for planned in plan(environment)}

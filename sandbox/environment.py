"""environment.yml: the sandbox as the toolkit sees it, with its real ports."""

from __future__ import annotations

import json
from typing import Any, cast

import yaml

from sandbox.blueprint import Blueprint
from sandbox.deployed import DEPLOY
from sandbox.record import write_private
from sandbox.render import render, variables
from sandbox.servers.alertmanager import Alertmanager
from sandbox.servers.prometheus import Prometheus
from sandbox.services import CLINICS, account_of
from sandbox.standins.config import GrafanaConfig, KongConfig, ServiceConfig

_SECTIONS = {
    "haproxy": ("load_balancer", "tls"),
    "prometheus": ("prometheus",),
    "alertmanager": ("alertmanager", "drill"),
    "pushgateway": ("pushgateway",),
    "services": ("services", "route_classes", "routes", "cors", "header_profiles", "authentication"),
}
_STORES = ("postgres", "redis")
_EXPORTERS = {
    "haproxy": "haproxy-exporter",
    "postgres-exporter": "postgres-exporter",
    "redis-exporter": "redis-exporter",
    "node-exporter": "node-exporter",
}


def write_environment(blueprint: Blueprint) -> None:
    """Write environment.yml for what the sandbox has; whole and at once, and the files that it names."""
    write_declared(blueprint)
    text = environment_text(blueprint)
    new = blueprint.environment_file.with_suffix(".new")
    write_private(new, text)
    new.replace(blueprint.environment_file)


def write_declared(blueprint: Blueprint) -> None:
    """Write what the monitoring's configuration is meant to be."""
    for server in (Prometheus(blueprint), Alertmanager(blueprint)):
        if blueprint.has(server.name):
            server.render_at(blueprint.declared / server.name)


def environment_text(blueprint: Blueprint, **overrides: str) -> str:
    """The environment file: the template, without the sections of servers that were left out."""
    values = variables(blueprint, "environment") | {
        "id": blueprint.id,
        "stand_ins": json.dumps(stand_ins(blueprint)),
        "jobs": json.dumps(Prometheus(blueprint).jobs()),
        "ca": str(blueprint.tls / "root.pem"),
        "kong_file": str(blueprint.kong_file),
        "declared": str(blueprint.declared),
        "metric_names": str(DEPLOY / "metrics" / "atendeai.yml"),
        "account": account_of(CLINICS[0]),
        "clinic": CLINICS[0],
        "clinics": json.dumps(CLINICS),
    }
    text = render("environment.yml", values | overrides)
    if not blueprint.absent:
        return text
    return yaml.safe_dump(_without_absent(yaml.safe_load(text), blueprint), sort_keys=False)


def stand_ins(blueprint: Blueprint) -> list[str]:
    """What only stands in for the real thing, each with the version that it stands in for."""
    found = [f"Kong {_version(KongConfig)} (stand-in): kong-1, kong-2"]
    if blueprint.has("services"):
        found.append(f"services {_version(ServiceConfig)} (stand-ins): all eight")
    return [*found, f"Grafana {_version(GrafanaConfig)} (stand-in)", RECEIVERS]


RECEIVERS = "alert receivers (stand-ins): Slack, PagerDuty, webhook, mail"


def _version(model: type[KongConfig | ServiceConfig | GrafanaConfig]) -> str:
    return cast("str", model.model_fields["version"].default)


def _without_absent(document: dict[str, Any], blueprint: Blueprint) -> dict[str, Any]:
    for section in (section for name in blueprint.absent for section in _SECTIONS.get(name, ())):
        del document[section]
    for server, exporter in _EXPORTERS.items():
        if not blueprint.has(server):
            del document["metrics"]["exporters"][exporter]
    for store in _STORES:
        if not blueprint.has(store):
            del document["stores"][store]
    if not blueprint.has("services"):
        del document["gateway"]["echo"]
        if "load_balancer" in document:
            del document["load_balancer"]["backends"]["health_service"]
    if not blueprint.has("pushgateway"):
        del document["probes"]["pushgateway"]
    return document

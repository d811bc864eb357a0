"""The monitoring that users install (deploy/), with the sandbox' addresses and a faster clock laid over it.

Jobs, labels, rules, routes and receivers are never changed here: what the sandbox proves is what users have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from atalaia.environment.units import parse_duration
from sandbox.render import render

DEPLOY = Path(__file__).parent.parent / "deploy"
"""Beside this package, in a checkout as in an installation."""
_WAITS = ("group_wait", "group_interval", "repeat_interval")


def prometheus_files(values: Mapping[str, str]) -> dict[str, str]:
    """Prometheus' configuration and rules, by their path in its directory.

    The rules are those of `deploy/prometheus/rules/`, byte for byte. Raises KeyError where the overlay and
    the configuration do not have the same jobs.
    """
    configuration = _read(DEPLOY / "prometheus" / "prometheus.yml")
    overlay = _overlay("prometheus", values)
    configuration["global"] |= overlay["global"]
    (alertmanagers,) = configuration["alerting"]["alertmanagers"]
    alertmanagers["static_configs"] = [{"targets": overlay["alertmanagers"]}]
    targets = dict(overlay["targets"])
    for job in configuration["scrape_configs"]:
        (group,) = job["static_configs"]
        group["targets"] = targets.pop(job["job_name"])
    if targets:
        raise KeyError(*targets)
    rules = DEPLOY / "prometheus"
    found = (path for pattern in configuration["rule_files"] for path in sorted(rules.glob(pattern)))
    return {
        "prometheus.yml": _written(configuration),
        **{str(path.relative_to(rules)): path.read_text() for path in found},
    }


def alertmanager_files(values: Mapping[str, str], secrets: str) -> dict[str, str]:
    """The Alertmanager's configuration and its secrets, by their path in its directory.

    `secrets` is the directory from which it will read them. Raises KeyError for a receiver or a secret that
    the overlay does not know.
    """
    configuration = _read(DEPLOY / "alertmanager" / "alertmanager.yml")
    overlay = _overlay("alertmanager", values)
    configuration["global"] |= overlay["global"]
    for route in _routes(configuration["route"]):
        for wait in _WAITS:
            if wait in route:
                route[wait] = _faster(route[wait], overlay["faster"])
    for receiver in configuration["receivers"]:
        for webhook in receiver.get("webhook_configs", ()):
            webhook["url"] = overlay["webhooks"][receiver["name"]]
    _move_secrets(configuration, secrets, overlay["secrets"])
    return {
        "alertmanager.yml": _written(configuration),
        **{f"secrets/{name}": text for name, text in overlay["secrets"].items()},
    }


def grafana_files(values: Mapping[str, str]) -> dict[str, str]:
    """Grafana's provisioning files and the dashboards that they name, by their path in its directory.

    The dashboards are those of `deploy/grafana/dashboards/`, byte for byte; DASHBOARDS must say where they
    are. Raises KeyError for a folder that is not provisioned.
    """
    grafana = DEPLOY / "grafana"
    sources = _read(grafana / "provisioning" / "datasources" / "prometheus.yaml")
    providers = _read(grafana / "provisioning" / "dashboards" / "atalaia.yaml")
    overlay = _overlay("grafana", values)
    (source,) = sources["datasources"]
    source["url"] = overlay["datasource"]["url"]
    source["jsonData"]["timeInterval"] = overlay["datasource"]["timeInterval"]
    by_name = {provider["name"]: provider for provider in providers["providers"]}
    providers["providers"] = [by_name[folder] for folder in overlay["folders"]]
    dashboards = (
        path for folder in overlay["folders"] for path in (grafana / "dashboards" / folder).glob("*.json")
    )
    return {
        "provisioning/datasources/prometheus.yaml": _written(sources),
        "provisioning/dashboards/atalaia.yaml": _written(providers),
        **{str(path.relative_to(grafana)): path.read_text() for path in sorted(dashboards)},
    }


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def _overlay(server: str, values: Mapping[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(render(f"{server}/overlay.yml", values))
    return document


def _written(configuration: dict[str, Any]) -> str:
    return yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True, width=110)


def _routes(route: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield route
    for child in route.get("routes", ()):
        yield from _routes(child)


def _faster(wait: str, times: int) -> str:
    """So many times as fast, but not below a second: one evaluation of the rules."""
    return f"{max(1, round(parse_duration(wait).total_seconds() / times))}s"


def _move_secrets(part: Any, directory: str, known: Mapping[str, str]) -> None:
    """Let every `…_file` of the configuration lead to the file of the same name in this directory."""
    if isinstance(part, list):
        for one in part:
            _move_secrets(one, directory, known)
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and value and key.endswith("_file"):
                name = Path(value).name
                if name not in known:
                    raise KeyError(name)
                part[key] = f"{directory}/{name}"
            else:
                _move_secrets(value, directory, known)

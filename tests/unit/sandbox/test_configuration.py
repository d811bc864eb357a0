"""What is decided before anything starts: ports, passwords, what is left out, the templates."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
import yaml

from atalaia.environment import Environment
from atalaia.environment.loader import load as load_environment
from atalaia.systems.kong.declarative import load as load_declarative
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.entities import Route as KongRoute
from sandbox import blueprint as blueprints
from sandbox.blueprint import Blueprint
from sandbox.deployed import DEPLOY, grafana_files
from sandbox.environment import environment_text, write_declared
from sandbox.limits import Windows
from sandbox.ports import SEED_PORTS
from sandbox.render import render, variables
from sandbox.secrets import generate
from sandbox.servers.prometheus import Prometheus
from sandbox.stack import SERVERS, left_out


@pytest.fixture
def blueprint() -> Blueprint:
    return Blueprint("unit", Path("/nowhere/unit"), SEED_PORTS, generate())


def test_the_documented_ports_are_all_different() -> None:
    numbers = [port for _, port in SEED_PORTS]
    assert len(set(numbers)) == len(numbers)


def test_a_blueprint_survives_its_record_and_shows_no_password(blueprint: Blueprint) -> None:
    document = json.loads(json.dumps(blueprints.to_json(blueprint)))
    assert blueprints.from_json(document) == blueprint
    short = replace(blueprint, windows="short")
    assert blueprints.from_json(json.loads(json.dumps(blueprints.to_json(short)))) == short
    assert not any(secret in repr(blueprint) for secret in blueprint.secrets.values())


def test_text_that_is_shown_loses_its_passwords(blueprint: Blueprint) -> None:
    shown = blueprint.redact(f"AUTH {blueprint.secrets.redis} failed")
    assert shown == "AUTH [redacted] failed"


def test_what_needs_a_missing_program_is_left_out_and_nothing_else() -> None:
    programs = {program.name: program for server in SERVERS for program in server.programs}
    assert left_out([]) == ()
    assert left_out([programs["prometheus"]]) == ("prometheus",)
    assert set(left_out([programs["redis-server"]])) == {"redis", "redis-exporter", "services"}
    assert set(left_out([programs["initdb"]])) == {"postgres", "postgres-exporter", "services"}


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_every_template_of_a_server_is_complete(server: type, blueprint: Blueprint) -> None:
    values = variables(blueprint, server.name)
    for text in server(blueprint).files(values).values():
        assert "${" not in text.replace("${name}", "")


def test_prometheus_scrapes_the_jobs_that_the_environment_declares(blueprint: Blueprint) -> None:
    files = Prometheus(blueprint).files(variables(blueprint, "prometheus"))
    written = yaml.safe_load(files["prometheus.yml"])
    targets = {
        job["job_name"]: sum(len(group["targets"]) for group in job["static_configs"])
        for job in written["scrape_configs"]
    }
    assert targets == Prometheus(blueprint).jobs()
    assert yaml.safe_load(environment_text(blueprint))["prometheus"]["jobs"] == targets


def test_every_dashboard_that_the_environment_names_is_provisioned(blueprint: Blueprint) -> None:
    files = grafana_files(variables(blueprint, "standins"))
    titles = {json.loads(text)["title"] for name, text in files.items() if name.endswith(".json")}
    assert set(yaml.safe_load(environment_text(blueprint))["grafana"]["dashboards"]) <= titles


def test_dashboards_are_those_that_users_install_and_only_the_data_sources_address_and_clock_differ(
    blueprint: Blueprint,
) -> None:
    files = grafana_files(variables(blueprint, "standins"))
    for name, text in files.items():
        deployed = (DEPLOY / "grafana" / name).read_text()
        if name.endswith(".json"):
            assert text == deployed
        else:
            assert yaml.safe_load(text).keys() == yaml.safe_load(deployed).keys()
    (mine,) = yaml.safe_load(files["provisioning/datasources/prometheus.yaml"])["datasources"]
    file = DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml"
    (theirs,) = yaml.safe_load(file.read_text())["datasources"]
    assert mine["url"] == f"http://127.0.0.1:{blueprint.ports.prometheus}"
    assert {**mine, "url": "", "jsonData": ""} == {**theirs, "url": "", "jsonData": ""}


@pytest.fixture(params=get_args(Windows))
def declared(
    request: pytest.FixtureRequest, blueprint: Blueprint, tmp_path: Path
) -> tuple[Environment, Configuration]:
    """The environment and Kong's configuration of one sandbox, for each length of its limiters' windows."""
    written = replace(blueprint, directory=tmp_path, windows=request.param)
    kong = render("kong/kong.yml", variables(written, "kong-1"))
    for path, text in (
        (written.kong_file, kong),
        (written.tls / "root.pem", ""),
        (written.environment_file, environment_text(written)),
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    write_declared(written)
    return load_environment(written.environment_file, {}), load_declarative(kong, loaded_at=1)


class TestKongDoesWhatTheEnvironmentDeclares:
    def test_every_route_of_either_is_one_of_the_other(
        self, declared: tuple[Environment, Configuration]
    ) -> None:
        environment, kong = declared
        assert environment.gateway is not None
        meant = {route.path: (route.service, set(route.methods)) for route in environment.routes}
        services = {service.id: service.name for service in kong.services}
        there = {
            _path(route): (services[route.service or ""], set(route.methods or ())) for route in kong.routes
        }
        assert there.pop(str(environment.gateway.dead_upstream)) == (
            "dead-upstream",
            {"GET", "HEAD", "OPTIONS"},
        )
        assert there == meant
        assert environment.gateway.echo in meant

    def test_limits_and_tokens_are_those_of_the_routes_class(
        self, declared: tuple[Environment, Configuration]
    ) -> None:
        environment, kong = declared
        for route in kong.routes:
            mine = {plugin.name: plugin.config for plugin in kong.plugins if plugin.route == route.id}
            intent = {one.path: one for one in environment.routes}.get(_path(route))
            meant = environment.route_classes[intent.route_class] if intent and intent.route_class else None
            limit = meant.limit if meant else None
            assert ("jwt" in mine) == bool(meant and meant.authentication), route.name
            assert ("rate-limiting" in mine) == (limit is not None), route.name
            if limit is not None:
                config = mine["rate-limiting"]
                windows = {name: config[name] for name in ("second", "minute", "hour", "day")}
                assert windows == {name: getattr(limit, name) for name in windows}, route.name
                assert config["fault_tolerant"] == (limit.store_failure == "open"), route.name
                assert (config["limit_by"], config["policy"]) == ("ip", "redis"), route.name

    def test_the_cors_policy_is_the_declared_one(self, declared: tuple[Environment, Configuration]) -> None:
        environment, kong = declared
        (config,) = [plugin.config for plugin in kong.plugins if plugin.name == "cors"]
        policy = environment.cors["app"]
        for name in ("origins", "credentials", "methods", "headers", "exposed_headers"):
            value = getattr(policy, name)
            assert config[name] == (list(value) if isinstance(value, tuple) else value), name
        assert policy.max_age is not None
        assert config["max_age"] == policy.max_age.total_seconds()

    def test_nothing_waits_longer_than_declared(self, declared: tuple[Environment, Configuration]) -> None:
        environment, kong = declared
        assert environment.gateway is not None
        assert environment.gateway.upstream_timeout is not None
        longest = environment.gateway.upstream_timeout.total_seconds() * 1000
        for service in kong.services:
            waits = (service.connect_timeout, service.write_timeout, service.read_timeout)
            assert max(waits) <= longest, service.name

    def test_tokens_are_signed_with_the_key_that_kong_knows(
        self, declared: tuple[Environment, Configuration], blueprint: Blueprint
    ) -> None:
        environment, _ = declared
        scheme = environment.authentication["jwt"]
        assert scheme.secret is not None
        assert scheme.secret.get_secret_value() == blueprint.secrets.jwt
        text = environment.gateway_file.text if environment.gateway_file else ""
        ((secret, former),) = [consumer["jwt_secrets"] for consumer in yaml.safe_load(text)["consumers"]]
        assert former["secret"] == blueprint.secrets.jwt_former
        assert secret == {
            "key": scheme.claims["iss"],
            "algorithm": scheme.algorithm,
            "secret": blueprint.secrets.jwt,
        }


def _path(route: KongRoute) -> str:
    """The path of a route of Kong's, which is exactly that, or whatever lies below it."""
    first, *below = route.paths or ()
    path = first.removeprefix("~").removesuffix("$")
    assert below in ([], [f"{path}/"]), route.name
    return path


@pytest.mark.parametrize("windows", get_args(Windows))
def test_haproxys_limiter_is_the_declared_one(windows: Windows, blueprint: Blueprint) -> None:
    written = replace(blueprint, windows=windows)
    front = render("haproxy/haproxy.cfg", variables(written, "haproxy"))
    limit = yaml.safe_load(environment_text(written))["load_balancer"]["limit"]
    assert f"http_req_rate({limit['window']})" in front
    assert f"sc_http_req_rate(0,per_address) gt {limit['requests']}\n" in front
    assert f"Retry-After {limit['window'].removesuffix('s')} " in front


def test_a_sandbox_without_services_declares_no_routes(blueprint: Blueprint) -> None:
    document = yaml.safe_load(environment_text(replace(blueprint, absent=("services",))))
    assert {"services", "routes", "route_classes", "cors", "authentication"} & document.keys() == set()
    assert "echo" not in document["gateway"]

"""What is decided before anything starts: ports, passwords, what is left out, the templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from sandbox import blueprint as blueprints
from sandbox.blueprint import Blueprint
from sandbox.environment import environment_text
from sandbox.ports import SEED_PORTS
from sandbox.render import CONFIG, render, variables
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
    for template in server.templates.values():
        assert "${" not in render(template, values).replace("${name}", "")


def test_prometheus_scrapes_the_jobs_that_the_environment_declares(blueprint: Blueprint) -> None:
    written = yaml.safe_load(render("prometheus/prometheus.yml", variables(blueprint, "prometheus")))
    targets = {
        job["job_name"]: sum(len(group["targets"]) for group in job["static_configs"])
        for job in written["scrape_configs"]
    }
    assert targets == Prometheus(blueprint).jobs()
    assert yaml.safe_load(environment_text(blueprint))["prometheus"]["jobs"] == targets


def test_the_environment_names_every_dashboard_that_is_provisioned(blueprint: Blueprint) -> None:
    dashboards = (CONFIG / "grafana" / "provisioning" / "dashboards").glob("*.json")
    titles = {json.loads(path.read_text())["title"] for path in dashboards}
    assert set(yaml.safe_load(environment_text(blueprint))["grafana"]["dashboards"]) == titles

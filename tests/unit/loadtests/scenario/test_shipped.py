"""The scenarios that come with Atalaia: valid, explained, and planned against their environments."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from atalaia.environment import Environment
from atalaia.environment.find import find as find_environment
from atalaia.environment.loader import load as load_environment
from atalaia.environment.policy import Load
from atalaia.environment.schema import json_schema
from atalaia.errors import UsageError
from loadtests.scenario import Scenario, find, load, plan, scenarios, thresholds
from tests.support.declared import sandbox_as_declared

ROOT = Path(__file__).parents[4]
COMMITTED = ROOT / "docs" / "scenario.schema.json"
SHIPPED = sorted((ROOT / "loadtests" / "scenarios").glob("*.yml"))
SANDBOX = ("smoke", "demo", "steady", "ramp", "spike", "soak", "breakpoint")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory) -> Environment:
    return sandbox_as_declared(tmp_path_factory.mktemp("sandbox"))


def shipped_environment(name: str) -> Environment:
    urls = {"NEO_API_GATEWAY_URL", "NEO_AUTH_URL", "NEO_TENANT_MANAGER_URL", "NEO_STACK_DEPLOYER_URL"}
    variables = dict.fromkeys(urls, "http://127.0.0.1:9") | {
        "DATABASE_URL": "postgresql://app:s3cret@db/app",
        "REDIS_URL": "redis://:s3cret@cache:6379/0",
        **dict.fromkeys(
            ("GRAFANA_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "HAPROXY_STATS_PASSWORD"), "s3cret"
        ),
        "JWT_SECRET": "32-bytes-that-nobody-would-ever-guess",
    }
    return load_environment(find_environment(name), variables)


def test_there_are_as_many_as_are_promised():
    assert {path.stem for path in SHIPPED} == {*SANDBOX, "neo-stack", "faciliauto"}
    assert set(scenarios()) >= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("name", SANDBOX)
def test_those_for_the_sandbox_are_planned_there(sandbox, name):
    made = plan(load(find(name), {}), sandbox)
    assert made.scenario == name
    assert made.base.startswith("http://localhost:") or made.base == "http://localhost"
    assert len(made.identities) >= 200
    assert all(entry.requests[0].method == "GET" for entry in made.entries)


def test_steady_offers_two_per_cent_beyond_a_thousand_and_is_judged_by_the_slo(sandbox):
    scenario = load(find("steady"), {})
    made = plan(scenario, sandbox)
    assert made.stages[-1].rate == pytest.approx(1020)
    assert made.arrivals == "poisson"
    limits = thresholds(scenario, sandbox)
    assert (limits.throughput, limits.p95, limits.error_rate) == (1000, 0.2, 0.001)


def test_smoke_counts_its_failures_and_fits_into_every_limiter_of_atendeai(sandbox):
    scenario = load(find("smoke"), {})
    limits = thresholds(scenario, sandbox)
    assert (limits.failures, limits.error_rate, limits.throughput) == (0, None, None)
    assert plan(scenario, shipped_environment("atendeai")).identities == ()


def test_steady_is_refused_where_atendeai_gives_no_addresses():
    with pytest.raises(UsageError, match=r"the limiter “load-balancer client” lets .* addresses would do"):
        plan(load(find("steady"), {}), shipped_environment("atendeai"))


def test_neo_stack_is_planned_for_its_environment():
    made = plan(load(find("neo-stack"), {}), shipped_environment("neo-stack"))
    assert made.base == "http://127.0.0.1:9"


def test_faciliauto_is_refused_as_its_environment_is_and_planned_where_its_owner_allows_it():
    scenario, environment = load(find("faciliauto"), {}), shipped_environment("faciliauto")
    with pytest.raises(UsageError, match="faciliauto is production, and its environment does not allow load"):
        plan(scenario, environment)
    allowed = environment.model_copy(update={"load": Load(allowed=True, max_rate="600/s")})
    limits = thresholds(scenario, allowed)
    assert plan(scenario, allowed).max_rate == 600
    assert (limits.throughput, limits.p95, limits.error_rate) == (500, 0.5, 0.005)
    assert limits.routes["GET /health"].p50 == 0.01


def test_the_committed_schema_is_current():
    assert json.loads(COMMITTED.read_text()) == json_schema(Scenario, "Atalaia scenario"), (
        "write it again: python -m loadtests.scenario.schema > docs/scenario.schema.json"
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_keep_to_it_and_name_it_for_editors(path):
    schema = json.loads(COMMITTED.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(path.read_text()), schema)
    first = path.read_text().splitlines()[0]
    assert (path.parent / first.partition("$schema=")[2]).resolve() == COMMITTED


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_teach(path):
    text = path.read_text()
    assert f"atalaia load run {path.stem} --env" in text
    assert load(path, {}).name == path.stem
    assert load(path, {}).description


def test_the_schema_describes_every_key():
    schema = json.loads(COMMITTED.read_text())
    for name, section in {"scenario": schema, **schema["$defs"]}.items():
        if section.get("type") != "object":
            continue
        assert section["additionalProperties"] is False, name
        for key, about in section["properties"].items():
            described = about.get("description") or schema["$defs"][about["$ref"].rpartition("/")[2]]
            assert described, f"{name}.{key}"


@pytest.mark.parametrize(
    "text",
    [
        "name: a\nstages: [{rate: 10, for: 1s}]",
        "name: a\nstages: [{rate: 10/s}]",
        "name: a\nmix: [{wieght: 1}]",
        "name: a\narrivals: evenly",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), json.loads(COMMITTED.read_text()))

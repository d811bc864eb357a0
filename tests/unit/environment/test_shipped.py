"""The environments that come with Atalaia: valid as soon as their variables are set."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from atalaia.environment import Effect, Environment, Safety
from atalaia.environment.endpoints import endpoints
from atalaia.environment.find import find
from atalaia.environment.loader import load
from atalaia.errors import UsageErrors

NEEDED = {
    "atendeai": {
        "POSTGRES_PASSWORD", "REDIS_PASSWORD", "JWT_SECRET", "HAPROXY_STATS_PASSWORD", "GRAFANA_PASSWORD",
    },
    "neo-stack": {
        "NEO_API_GATEWAY_URL", "NEO_AUTH_URL", "NEO_TENANT_MANAGER_URL", "NEO_STACK_DEPLOYER_URL",
        "DATABASE_URL", "REDIS_URL", "GRAFANA_PASSWORD",
    },
    "faciliauto": {"REDIS_URL", "GRAFANA_PASSWORD"},
}  # fmt: skip


def value(variable: str) -> str:
    if variable == "DATABASE_URL":
        return "postgresql://app:s3cret@db/app"
    if variable == "REDIS_URL":
        return "redis://:s3cret@cache:6379/0"
    return f"http://{variable.lower()}" if variable.endswith("_URL") else f"s3cret-{variable}"


@pytest.mark.parametrize("name", NEEDED)
def test_unset_variables_are_listed_in_one_go_and_nothing_else_is_wrong(name):
    with pytest.raises(UsageErrors) as caught:
        load(find(name), {})
    told = [re.search(r"variable (\w+) is not set", str(problem)) for problem in caught.value.problems]
    assert all(told)
    assert {found[1] for found in told if found} == NEEDED[name]


@pytest.mark.parametrize("name", NEEDED)
def test_the_head_of_the_file_names_them(name):
    head = find(name).read_text().partition("\nname:")[0]
    assert {
        word
        for word in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", head)
        if word not in {"NEO_STACK", "ATENDEAI_HOST"}
    } == (NEEDED[name])


@pytest.mark.parametrize("name", NEEDED)
def test_with_them_set_it_is_valid_and_keeps_their_secrets(name):
    environment = load(find(name), {variable: value(variable) for variable in NEEDED[name]})
    assert environment.name == name
    assert not environment.allows(Effect.WRITES)
    assert not environment.allows(Effect.PAGES)
    assert environment.secrets()
    assert all("s3cret" in secret for secret in environment.secrets())


@pytest.mark.parametrize("name", NEEDED)
def test_no_password_of_the_documents_is_in_it(name):
    text = find(name).read_text()
    assert not re.search(r"admin123|redis123|admin:admin", text)


def test_atendeai_is_what_its_documents_say():
    variables = {variable: value(variable) for variable in NEEDED["atendeai"]}
    environment = load(find("atendeai"), variables)
    assert environment.safety is Safety.STAGING
    assert {name: url.port for name, url in endpoints(environment).items()} == {
        "auth-service": 3001, "user-service": 3002, "clinic-service": 3003, "health-service": 3004,
        "conversation-service": 3005, "appointment-service": 3006, "whatsapp-service": 3007,
        "google-calendar-service": 3008, "kong-1-proxy": 8000, "kong-1-admin": 8001, "kong-manager": 8002,
        "load-balancer": 80, "load-balancer-tls": 443, "load-balancer-stats": 8404, "postgres": 5432,
        "redis": 6379, "prometheus": 9090, "alertmanager": 9093, "grafana": 3000,
    }  # fmt: skip
    classes = environment.route_classes
    assert classes["auth"].limit is not None
    assert classes["auth"].limit.windows == ((60.0, 5), (3600.0, 100))
    assert classes["api"].limit is not None
    assert classes["api"].limit.windows == ((60.0, 100), (3600.0, 1000))
    assert [(one.limit.by, one.limit.shared) for one in classes.values() if one.limit] == [
        ("address", True)
    ] * 2
    scheme = environment.authentication["jwt"]
    assert (scheme.algorithm, scheme.hop) == ("HS256", "service")
    assert (scheme.access_token, scheme.refresh_token) == (timedelta(minutes=15), timedelta(days=7))
    policy = environment.cors["app"]
    assert policy.credentials
    assert policy.methods == ("GET", "POST", "PUT", "DELETE", "OPTIONS")
    assert {one.headers for one in classes.values()} == {"helmet"}
    balancer = environment.load_balancer
    assert balancer is not None
    assert {path for backend in balancer.backends.values() for path in backend.paths} == {
        "/", "/api/", "/webhook/", "/health", "/metrics", "/admin",
    }  # fmt: skip
    assert environment.slo.model_dump() == {
        "availability": "99.9%", "latency_p95": "200ms", "error_rate": "0.1%", "throughput": "1000/s",
        "recovery": "2m",
    }  # fmt: skip


def test_another_host_is_one_variable():
    variables = {variable: value(variable) for variable in NEEDED["atendeai"]} | {
        "ATENDEAI_HOST": "staging.example"
    }
    assert {url.host for url in endpoints(load(find("atendeai"), variables)).values()} == {"staging.example"}


def test_the_page_about_environment_files_shows_every_section_and_is_right(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "environment.md").read_text()
    (example,) = [
        text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if text.startswith("name:")
    ]
    named = ("prometheus/prometheus.yml", "alertmanager/alertmanager.yml", "metrics/shop.yml")
    for file in ("kong/kong.yml", "tls/root.pem", *named):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()
    (tmp_path / "shop.yml").write_text(example)
    load(tmp_path / "shop.yml", dict.fromkeys(re.findall(r"\$\{(\w+)\}", example), "s3cret"))
    # What stands in for the real thing is the sandbox's to say.
    assert set(yaml.safe_load(example)) == set(Environment.model_fields) - {"stand_ins"}

"""The environments that come with Atalaia: their default plans are accepted as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from atalaia.environment import Environment
from atalaia.environment.find import find
from atalaia.environment.loader import load
from probes.planning.drawing import drawn
from tests.unit.environment.test_shipped import NEEDED, value
from tests.unit.probes.stack import SHOP


def shipped(name: str) -> Environment:
    return load(find(name), {variable: value(variable) for variable in NEEDED[name]})


@pytest.mark.parametrize("name", NEEDED)
def test_its_default_plan_is_accepted_and_harms_no_limiter(name):
    drawing = drawn(shipped(name))
    assert len(drawing.planned) > 5
    for take in drawing.takes:
        assert take.average <= 0.1 * take.limit
        assert take.at_once <= max(1, 0.1 * take.limit)


@pytest.mark.parametrize("name", NEEDED)
def test_no_secret_is_in_a_name_or_an_instance(name):
    environment = shipped(name)
    told = " ".join(f"{each.name} {each.instance} {each.group}" for each in drawn(environment).planned)
    assert not [secret for secret in environment.secrets() if secret in told]


def test_atendeai_is_seen_on_every_hop_with_longer_intervals_where_a_limiter_is_in_the_way():
    planned = {each.name: each for each in drawn(shipped("atendeai")).planned}
    assert {"auth-service", "auth-service via kong-1", "user-service via load-balancer"} <= set(planned)
    assert planned["auth-service"].interval.total_seconds() == 60
    # 5 a minute and 100 an hour: six of the hundred.
    assert planned["auth-service via kong-1"].interval.total_seconds() == 600
    # No limiter on its way through Kong.
    assert planned["whatsapp-service via kong-1"].interval.total_seconds() == 60


def test_the_documented_probes_are_planned(tmp_path):
    pages = Path(__file__).parents[3] / "docs" / "environment.md"
    section = pages.read_text().partition("\n## Probes\n")[2]
    snippet = yaml.safe_load(section.partition("```yaml\n")[2].partition("```")[0])
    document = {
        **SHOP,
        **snippet,
        "services": {"order-service": {"url": "http://localhost:3001"}},
        "routes": [{"path": "/api/v1/orders", "service": "order-service"}],
        "prometheus": {"url": "http://localhost:9090", "jobs": {"orders": 1}},
    }
    file = tmp_path / "env.yml"
    file.write_text(yaml.safe_dump(document))
    environment = load(file, {"TEST_EMAIL": "anna@shop.example", "TEST_PASSWORD": "s3cret-of-anna"})
    assert {probe["name"] for probe in snippet["probes"]["add"]} <= {
        each.name.partition(" ")[0] for each in drawn(environment).planned
    }
    # Values of variables in a step are known to the redactor.
    assert {"anna@shop.example", "s3cret-of-anna"} <= environment.secrets()


def test_planning_loads_nothing_that_its_probes_do_not_need():
    """A run of cron is short: most of its time is the start of its process."""
    variables = {variable: value(variable) for variable in NEEDED["atendeai"]}
    script = (
        "import sys; from atalaia.environment.find import find; from atalaia.environment.loader import load; "
        f"from probes.planning.drawing import plan; plan(load(find('atendeai'), {variables!r})); "
        "print(*sys.modules, sep='\\n')"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "probes.kinds.http" in loaded
    assert not loaded & {
        "atalaia.checks.catalogue", "atalaia.systems.kong", "probes.kinds.catalogue", "probes.kinds.journey",
        "cryptography", "httpcore", "httpx", "jwt", "psycopg", "pytest",
    }  # fmt: skip

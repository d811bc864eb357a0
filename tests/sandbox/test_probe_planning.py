"""The default plan on a whole stack: nothing fails that works, and what is broken is found at its hop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest

from atalaia.environment import Environment
from atalaia.environment.loader import load
from atalaia.exchange.hop import Hop
from atalaia.run.network import network_of
from probes.attribution import attribute
from probes.model import ProbeResult, Reason
from probes.planning.drawing import plan
from probes.runner import run_all
from sandbox import launcher
from sandbox.faults.registry import FAULTS
from sandbox.running import Sandbox
from tests.support.sandboxes import state_directory


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with state_directory():
        sandbox = launcher.up()
        try:
            yield sandbox
        finally:
            launcher.down(directory=sandbox.directory)


@pytest.fixture(scope="module")
def environment(sandbox: Sandbox) -> Environment:
    return load(sandbox.environment_file, os.environ)


def results_of(environment: Environment, *, services_only: bool = False) -> tuple[ProbeResult, ...]:
    """What a run sees; of services only, where earlier tests may have used the login's limiter up."""
    planned = [each for each in plan(environment) if each.group or not services_only]
    return asyncio.run(run_all(planned, network_of(environment, None, "planning")))


def failing(results: tuple[ProbeResult, ...]) -> dict[str, Reason | None]:
    return {each.planned.name: each.last.reason for each in results if not each.success}


def test_in_a_healthy_stack_only_the_negative_control_fails(environment):
    results = results_of(environment)
    assert failing(results) == {"negative-control": Reason.REFUSED}
    assert attribute(results) == {}
    assert {"login jwt", "postgres", "redis", "load-balancer-tls tls", "grafana"} <= {
        each.planned.name for each in results
    }


@pytest.mark.parametrize(
    ("fault", "failed", "guilty"),
    [
        ("service-stopped", {"auth-service", "auth-service via kong-1"}, {"auth-service": Hop.SERVICE}),
        ("service-health-down", {"auth-service"}, {"auth-service": Hop.SERVICE}),
        ("route-missing", {"health-service via kong-2"}, {"health-service": Hop.GATEWAY}),
        ("haproxy-path-refused", {"user-service via load-balancer"}, {"user-service": Hop.LOAD_BALANCER}),
        ("haproxy-stats-password", {"load-balancer-stats"}, {}),
        ("redis-replica", {"redis"}, {}),
    ],
)
def test_what_is_broken_is_found_at_its_hop(sandbox, fault, failed, guilty):
    broken = FAULTS[fault]
    asyncio.run(broken.apply(sandbox))
    try:
        # The intent may have changed too.
        results = results_of(load(sandbox.environment_file, os.environ))
    finally:
        asyncio.run(broken.revert(sandbox))
    assert failed <= set(failing(results))
    assert attribute(results) == guilty
    sound = {each.planned.group for each in results if each.planned.group} - set(guilty)
    assert not [each for each in failing(results) if each.partition(" ")[0] in sound]


def test_without_routed_health_documents_a_route_of_each_service_tells_of_the_hops(sandbox, tmp_path):
    text = sandbox.environment_file.read_text()
    file = tmp_path / "environment.yml"
    file.write_text("\n".join(line for line in text.splitlines() if "gateway_health" not in line))
    environment = load(file, os.environ)
    results = results_of(environment, services_only=True)
    assert failing(results) == {}
    assert {"user-service via kong-1", "google-calendar-service via load-balancer"} <= {
        each.planned.name for each in results
    }
    asyncio.run(FAULTS["route-missing"].apply(sandbox))
    try:
        results = results_of(environment, services_only=True)
    finally:
        asyncio.run(FAULTS["route-missing"].revert(sandbox))
    assert attribute(results) == {"health-service": Hop.GATEWAY}

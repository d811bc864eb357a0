"""Environments that declare no routes: the gateway, or its own file, tells of them and of their limits."""

from __future__ import annotations

import pytest
import yaml

from atalaia.environment.loader import load as load_environment
from atalaia.errors import NotMeasured, UsageError
from loadtests.scenario import plan
from tests.support.declared import sandbox_as_declared

SILENT = {
    "declarative": None,
    "nodes": [{"name": "kong-1", "proxy": "http://127.0.0.1:1", "admin": "http://127.0.0.1:1"}],
}
"""A gateway that nobody reaches."""
STEADY = "name: a\narrivals: uniform\nat: kong-1\nstages: [{rate: 300/s, for: 1m}]\n"


@pytest.fixture
def undeclared(tmp_path):
    """The sandbox's environment without its routes, by what else is changed."""

    def environment(**changes):
        directory = tmp_path / "sandbox"
        document = yaml.safe_load(sandbox_as_declared(directory).file.read_text())
        for section in ("routes", "route_classes", "cors"):
            del document[section]
        for section, change in changes.items():
            document[section] |= change
        path = directory / "undeclared.yml"
        path.write_text(yaml.safe_dump(document))
        return load_environment(path, {})

    return environment


def test_the_declarative_file_tells_of_routes_and_their_limits(undeclared, loaded):
    environment = undeclared()
    made = plan(loaded(STEADY + "mix: [{path: /api/v1/users}]"), environment)
    assert len(made.identities) == 200  # 18,000 a minute of 100 a minute each, and two fewer
    one = environment.model_copy(update={"client": environment.client.model_copy(update={"addresses": None})})
    with pytest.raises(
        UsageError, match=r"the limiter “gateway .*” lets each client address send 100 requests"
    ):
        plan(loaded(STEADY + "mix: [{path: /api/v1/users}]"), one)


def test_where_only_the_gateway_could_tell_and_does_not_no_load_is_sent(undeclared, loaded):
    environment = undeclared(gateway=SILENT)
    with pytest.raises(NotMeasured, match="names routes, and the gateway tells none"):
        plan(loaded(STEADY + "mix: [{path: /api/v1/users}]"), environment)


def test_a_service_itself_has_no_limits_to_be_asked_for(undeclared, loaded):
    environment = undeclared(gateway=SILENT)
    at_service = STEADY.replace("kong-1", "user-service")
    assert plan(loaded(at_service + "mix: [{path: /}]"), environment).identities == ()

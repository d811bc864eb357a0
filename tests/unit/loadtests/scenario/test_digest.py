"""What makes two runs comparable: the load and its target, nothing that differs from run to run."""

from __future__ import annotations

import pytest

from loadtests.scenario import load, plan

SCENARIO = """name: a
stages: [{rate: 10/s, for: 10s}]
mix: [{path: /a, headers: {X-Key: "${KEY}"}, json: {password: "${KEY}"}}]
"""
STACK = """name: shop
safety: staging
services: {api: {url: "http://api:80"}}
authentication: {jwt: {secret: 32-bytes-that-nobody-would-ever-guess, tenants: [a, b], tenant_header: X}}
"""


@pytest.fixture
def digest(loaded, declared):
    def of(scenario: str = SCENARIO, environment: str = STACK, key: str = "s3cret-one") -> str:
        return plan(loaded(scenario, KEY=key), declared(environment)).digest

    return of


def test_the_same_twice_is_the_same(digest):
    assert digest() == digest()
    assert len(digest()) == 64


@pytest.mark.parametrize(
    ("scenario", "environment"),
    [
        (SCENARIO + "seed: 9\ndescription: other words", STACK),
        (SCENARIO + "thresholds: {p95: 1s}", STACK),
        (SCENARIO, STACK.replace("nobody", "no-one")),
        (SCENARIO + "# a remark", STACK + "slo: {latency_p95: 1s}"),
    ],
)
def test_what_does_not_change_the_load_does_not_change_it(digest, scenario, environment):
    assert digest(scenario, environment) == digest()


def test_secrets_are_no_part_of_it(digest):
    assert digest(key="s3cret-two") == digest(key="s3cret-one")


@pytest.mark.parametrize(
    ("scenario", "environment"),
    [
        (SCENARIO.replace("10/s", "11/s"), STACK),
        (SCENARIO.replace("for: 10s", "for: 11s"), STACK),
        (SCENARIO + "arrivals: uniform", STACK),
        (SCENARIO.replace("/a", "/b"), STACK),
        (SCENARIO + "timeout: 1s", STACK),
        (SCENARIO.replace("name: a", "name: b"), STACK),
        (SCENARIO, STACK.replace("api:80", "api:81")),
        (SCENARIO, STACK.replace("staging", "sandbox")),
    ],
)
def test_what_changes_the_load_changes_it(digest, scenario, environment):
    assert digest(scenario, environment) != digest()


def test_tokens_and_ports_of_a_sandbox_are_no_part_of_it(digest):
    sandbox = STACK.replace("staging", "sandbox")
    other = sandbox.replace("api:80", "api:81").replace("nobody", "no-one")
    bearer = SCENARIO.replace("path: /a", "path: /a, bearer: jwt")
    assert digest(bearer, sandbox) == digest(bearer, other)


def test_the_file_that_it_was_read_from_is_no_part_of_it(tmp_path, declared, digest):
    path = tmp_path / "elsewhere.yml"
    path.write_text(SCENARIO)
    assert plan(load(path, {"KEY": "s3cret-one"}), declared(STACK)).digest == digest()

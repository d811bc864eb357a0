"""The class of a route against kong.yml: each defect told with its line, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Finding, NotDeclared
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from tests.support.imagined import environment

FILE = """_format_version: "3.0"
services:
  - name: auth-service
    url: http://auth-service.test:3001
    routes:
      - name: auth
        paths: [/api/v1/auth]
        strip_path: false
        plugins:
          - name: rate-limiting
            config:
              minute: 5
              hour: 100
              limit_by: ip
              policy: redis
              redis_host: r.test
              fault_tolerant: false
"""
ROUTE = "/api/v1/auth"


def declared(file: str = FILE, **limit: Any) -> Environment:
    return environment(
        route_classes={"auth": {"limit": {"minute": 5, "hour": 100, "store_failure": "closed", **limit}}},
        routes=[{"path": ROUTE, "service": "auth-service", "class": "auth"}],
    ).completed(GatewayFile(file, "kong.yml"))


CHECKS = (
    "limiter.absent", "limiter.hidden", "limiter.limit-differs", "limiter.keyed-otherwise",
    "limiter.counts-per-node", "limiter.store-failure", "limiter.headers-hidden", "limiter.odd-status",
)  # fmt: skip


def found(of: Environment) -> dict[str, list[Finding]]:
    """What each check finds, as far as its prerequisites hold."""
    results: dict[str, list[Finding]] = {}
    failed: set[str] = set()
    for name in CHECKS:
        check = by_id(name)
        targets = check.targets(of)
        if isinstance(targets, NotDeclared) or ROUTE not in targets:
            continue
        if any(need.id in failed for need, target in check.requires(of, ROUTE) if target == ROUTE):
            failed.add(name)
            continue
        verdict = check.judge((), check.expects(of, ROUTE))
        assert isinstance(verdict, list)
        if verdict:
            results[name] = verdict
            failed.add(name)
    return results


def only(of: Environment) -> tuple[str, Finding]:
    ((name, (finding,)),) = found(of).items()
    return name, finding


def test_what_is_configured_as_declared_passes():
    assert found(declared()) == {}


def edited(old: str, new: str) -> str:
    assert old in FILE
    return FILE.replace(old, new)


LIMITER = FILE[FILE.index("        plugins:") :]
DEFECTS = [
    (edited(LIMITER, ""), "limiter.absent", "no rate-limiting plugin applies", 6),
    (
        edited("            config", "            enabled: false\n            config"),
        "limiter.absent", "switched off", 10,
    ),
    (edited("minute: 5", "minute: 10"), "limiter.limit-differs", "10 a minute", 12),
    (edited("              hour: 100\n", ""), "limiter.limit-differs", "no limit for an hour", 11),
    (edited("hour: 100\n", "hour: 100\n              day: 200\n"), "limiter.limit-differs", "200 a day", 14),
    (
        edited("limit_by: ip", "limit_by: header\n              header_name: X-Client-ID"),
        "limiter.keyed-otherwise", "any client may choose for itself", 15,
    ),
    (edited("limit_by: ip", "limit_by: service"), "limiter.keyed-otherwise", "the whole service", 14),
    (edited("policy: redis", "policy: local"), "limiter.counts-per-node", "10 in all", 15),
    (edited("tolerant: false", "tolerant: true"), "limiter.store-failure", "open", 17),
    (edited("              fault_tolerant: false\n", ""), "limiter.store-failure", "open", 11),
    (
        edited("limit_by", "hide_client_headers: true\n              limit_by"),
        "limiter.headers-hidden", "Retry-After", 14,
    ),
    (edited("limit_by", "error_code: 503\n              limit_by"), "limiter.odd-status", "503", 14),
]  # fmt: skip


@pytest.mark.parametrize(("file", "check", "words", "line"), DEFECTS, ids=range(len(DEFECTS)))
def test_a_defect_is_told_by_one_check_with_its_line(file, check, words, line):
    name, finding = only(declared(file))
    assert name == check
    assert words in finding.observed
    assert finding.cause == f"kong.yml:{line}"


def test_a_limiter_that_a_more_specific_one_hides_is_told_with_both_lines():
    service = (
        "    plugins: [{name: rate-limiting, config: {minute: 5, hour: 100, limit_by: ip}}]\n    routes:\n"
    )
    file = edited("    routes:\n", service).replace("              minute: 5\n", "              minute: 10\n")
    name, finding = only(declared(file))
    assert name == "limiter.hidden"
    assert "kong.yml:5" in finding.expected
    assert "kong.yml:11" in finding.observed
    assert finding.cause == "kong.yml:11"


def test_consumers_of_a_route_that_authenticates_nobody_are_addresses():
    assert found(declared(edited("limit_by: ip", "limit_by: consumer"))) == {}, "falls back to the address"
    name, finding = only(declared(edited("limit_by: ip", "limit_by: consumer"), by="consumer"))
    assert name == "limiter.keyed-otherwise"
    assert "nobody is authenticated" in finding.observed


def test_a_consumer_with_a_key_is_one():
    file = edited("        plugins:\n", "        plugins:\n          - {name: key-auth}\n")
    by_consumer = file.replace("limit_by: ip", "limit_by: consumer")
    assert found(declared(by_consumer, by="consumer")) == {}
    assert only(declared(by_consumer))[0] == "limiter.keyed-otherwise"


def test_another_header_than_the_declared_one_is_another_key():
    file = edited("limit_by: ip", "limit_by: header\n              header_name: X-Tenant")
    assert found(declared(file, by="header", header="x-tenant")) == {}
    name, finding = only(declared(file, by="header", header="X-Clinic-ID"))
    assert name == "limiter.keyed-otherwise"
    assert "X-Clinic-ID" in finding.expected


def test_nodes_that_are_declared_to_count_for_themselves_may():
    assert found(declared(edited("policy: redis", "policy: local"), shared=False)) == {}


def test_a_class_without_a_limit_is_no_target():
    of = environment(routes=[{"path": ROUTE, "service": "auth-service"}]).completed(
        GatewayFile(FILE, "kong.yml")
    )
    assert isinstance(by_id("limiter.absent").targets(of), NotDeclared)


def test_health_documents_are_limited_by_nobody():
    check = by_id("limiter.monitoring-limited")
    expected = check.expects(declared(), "auth-service")
    assert "a limiter: 5 a minute, 100 an hour" in check.judge((None,), expected)[0].observed
    free = edited("paths: [/api/v1/auth]", 'paths: ["~/api/v1/auth/login$"]')
    assert not check.expects(declared(free), "auth-service").limiter

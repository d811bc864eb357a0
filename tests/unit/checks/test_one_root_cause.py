"""One fault of the stack is one failure; whatever follows from it is blocked by it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from atalaia.checks.catalogue import CONNECTIVITY, by_id
from atalaia.exchange.failure import Failure, Reason
from atalaia.run.case import Cases
from atalaia.run.execute import Executor
from atalaia.run.results import Outcome, Result
from tests.support.imagined import ADMIN, EMPTY_HASH, NO_SERVER, Stack, answer, environment

HEALTHY = Stack()
DENIED = Failure(reason=Reason.AUTH, detail="FATAL: password authentication failed")
LOST = Failure(reason=Reason.TLS, detail="wrong version number")
USER = answer(200, {"status": "UP", "service": "user-service"}, X_Service="user-service", Date="now")
STATUS = {"memory": {}, "server": {}, "configuration_hash": "1"}


def stopped(*programs: str) -> Stack:
    return HEALTHY.but(stopped=frozenset(programs))


def row(server: str, **columns: str) -> Stack:
    return HEALTHY.but(rows={server: columns})


def front(path: str, given: object) -> Stack:
    return HEALTHY.but(front={path: given})


FAULTS = {
    "a host name that does not resolve": (
        HEALTHY.but(unresolvable=frozenset({"auth-service.test"})),
        "dns.unresolvable@auth-service",
    ),
    "the front's name does not resolve": (
        HEALTHY.but(unresolvable=frozenset({"front.test"})),
        "dns.unresolvable@load-balancer",
    ),
    "service stopped": (stopped("auth-service"), "tcp.unreachable@auth-service"),
    "service behind the front stopped": (stopped("health-service"), "tcp.unreachable@health-service"),
    "service hangs": (HEALTHY.but(hanging=frozenset({"auth-service"})), "service.unhealthy@auth-service"),
    "service behind the front hangs": (
        HEALTHY.but(hanging=frozenset({"health-service"})),
        "service.unhealthy@health-service",
    ),
    "health answers 500": (
        HEALTHY.but(health={"auth-service": answer(500, "oops")}),
        "service.unhealthy@auth-service",
    ),
    "200 with DOWN": (
        HEALTHY.but(health={"auth-service": answer(200, {"status": "DOWN"})}),
        "service.unhealthy@auth-service",
    ),
    "service too slow": (HEALTHY.but(latency={"user-service": 0.9}), "service.slow@user-service"),
    "HAProxy stopped": (stopped("haproxy"), "tcp.unreachable@load-balancer"),
    "Kong node stopped": (stopped("kong-1"), "tcp.unreachable@kong-1-proxy"),
    "Kong node hangs": (HEALTHY.but(hanging=frozenset({"kong-2"})), "gateway.admin-unusable@kong-2"),
    "something else on the Admin port": (
        HEALTHY.but(admin={"kong-1": answer(200, "<html>hello</html>")}),
        "gateway.admin-unusable@kong-1",
    ),
    "Kong without configuration": (
        HEALTHY.but(hashes={"kong-1": EMPTY_HASH}),
        "gateway.empty-configuration@kong-1",
    ),
    "Kong not ready": (HEALTHY.but(ready={"kong-2": 503}), "gateway.not-ready@kong-2"),
    "another configuration on a node": (
        HEALTHY.but(hashes={"kong-2": "b" * 32}),
        "gateway.nodes-differ@gateway",
    ),
    "route to the wrong service": (
        HEALTHY.but(leads_to={"auth-service": "user-service"}),
        "service.answered-by-another@auth-service",
    ),
    "HAProxy holds a node for down": (
        row("kong-1", status="DOWN", check_status="L7STS"),
        "load-balancer.server-down@api_gateway/kong-1",
    ),
    "HAProxy in maintenance": (row("kong-1", status="MAINT"), "load-balancer.server-down@api_gateway/kong-1"),
    "server not in HAProxy": (
        row("health-service", status="absent"),
        "load-balancer.server-down@health_service/health-service",
    ),
    "server without check": (
        row("kong-2", status="no check", check_status=""),
        "load-balancer.server-unchecked@api_gateway/kong-2",
    ),
    "server checked by connecting": (
        row("kong-2", check_status="L4OK"),
        "load-balancer.check-below-layer-7@api_gateway/kong-2",
    ),
    "flapping": (
        row("kong-1", chkdown="7", lastchg="20"),
        "load-balancer.server-flapping@api_gateway/kong-1",
    ),
    "unbalanced": (HEALTHY.but(shares=(4, 0)), "load-balancer.unbalanced@api_gateway"),
    "stats without password": (
        HEALTHY.but(stats_status={False: 200}),
        "load-balancer.stats-open@load-balancer-stats",
    ),
    "stats with another password": (
        HEALTHY.but(stats_status={True: 401}),
        "load-balancer.stats-unreadable@load-balancer-stats",
    ),
    "path to the wrong backend": (
        front("/api", replace(USER, headers=(("X-Service", "health-service"),))),
        "load-balancer.path-misrouted@/api",
    ),
    "front answers itself": (front("/health", NO_SERVER), "load-balancer.path-misrouted@/health"),
    "front spoils one service": (
        front("/api/v1/user/health", answer(403, "<html>", Date="now", Server="waf")),
        "service.unhealthy-through-load-balancer@user-service",
    ),
    "Admin API through the front": (
        front("/kong-admin", answer(404, {"message": "Not found"}, **ADMIN)),
        "exposure.admin-api@load-balancer",
    ),
    "statistics through the front": (
        front("/stats", answer(401, "", WWW_Authenticate='Basic realm="HAProxy Statistics"')),
        "exposure.stats@load-balancer",
    ),
    "metrics through the front": (
        front("/metrics", answer(200, "# HELP a b\n# TYPE a counter\na 1\n", Date="now")),
        "exposure.prometheus@load-balancer",
    ),
    "no weight": (row("kong-2", weight="0"), "load-balancer.server-down@api_gateway/kong-2"),
    "front past the gateway": (
        front("/api/v1/user/health", USER),
        "service.answered-by-another@user-service",
    ),
    "TLS front serves nobody": (
        HEALTHY.but(tls_front={"/api": LOST}),
        "load-balancer.tls-front-differs@load-balancer-tls",
    ),
    "TLS front without backends": (
        HEALTHY.but(tls_front={"/api": NO_SERVER}),
        "load-balancer.tls-front-differs@load-balancer-tls",
    ),
    "Admin API through the TLS front only": (
        HEALTHY.but(tls_front={"/kong-admin": answer(200, {"tagline": "Welcome to kong"}, **ADMIN)}),
        "exposure.admin-api@load-balancer-tls",
    ),
    "no TLS on the TLS port": (
        HEALTHY.but(certificate={"failure": LOST}),
        "tls.no-handshake@load-balancer-tls",
    ),
    "certificate without its chain": (
        HEALTHY.but(certificate={"chain_error": "unable to get local issuer certificate"}),
        "tls.chain-incomplete@load-balancer-tls",
    ),
    "certificate for another name": (
        HEALTHY.but(certificate={"name_error": "it is for other.test"}),
        "tls.wrong-name@load-balancer-tls",
    ),
    "certificate expired": (HEALTHY.but(certificate={"not_after": 1.0}), "tls.expired@load-balancer-tls"),
    "certificate expires soon": (
        HEALTHY.but(certificate={"not_after": time.time() + 86400}),
        "tls.expiring@load-balancer-tls",
    ),
    "PostgreSQL stopped": (stopped("postgres"), "tcp.unreachable@postgres"),
    "PostgreSQL refuses the password": (
        HEALTHY.but(postgres={"one": None, "in_recovery": None, "failure": DENIED}),
        "postgres.login-refused@postgres",
    ),
    "PostgreSQL in recovery": (HEALTHY.but(postgres={"in_recovery": True}), "postgres.wrong-role@postgres"),
    "Redis stopped": (stopped("redis"), "tcp.unreachable@redis"),
    "Redis without password": (HEALTHY.but(redis={"auth_required": False}), "redis.open@redis"),
    "Redis refuses the password": (
        HEALTHY.but(redis={"ping": False, "role": None, "maxmemory_policy": None, "failure": DENIED}),
        "redis.login-refused@redis",
    ),
    "Redis a replica": (HEALTHY.but(redis={"role": "replica"}), "redis.wrong-role@redis"),
    "Redis evicts": (HEALTHY.but(redis={"maxmemory_policy": "allkeys-lru"}), "redis.wrong-eviction@redis"),
    "Prometheus stopped": (stopped("prometheus"), "tcp.unreachable@prometheus"),
    "Prometheus replays its log": (
        HEALTHY.but(monitoring={"prometheus": answer(503, "Service Unavailable")}),
        "monitoring.not-ready@prometheus",
    ),
    "Prometheus answers as the Alertmanager": (
        HEALTHY.but(monitoring={"alertmanager": answer(200, "Prometheus Server is Ready.")}),
        "monitoring.other-program@alertmanager",
    ),
    "Grafana stopped": (stopped("grafana"), "tcp.unreachable@grafana"),
    "Grafana's database fails": (
        HEALTHY.but(monitoring={"grafana": answer(503, {"database": "failing"})}),
        "monitoring.not-ready@grafana",
    ),
    "Alertmanager stopped": (stopped("alertmanager"), "tcp.unreachable@alertmanager"),
    "Pushgateway stopped": (stopped("pushgateway"), "tcp.unreachable@pushgateway"),
}


def results(stack: Stack) -> list[Result]:
    cases = Cases(stack.environment)
    planned = [case for check in CONNECTIVITY for case in cases.of(check)]
    return asyncio.run(Executor(stack).execute_all(planned))


def test_a_healthy_stack_passes_every_check_on_every_target():
    outcomes = {result.identity: result for result in results(HEALTHY)}
    assert {
        identity for identity, result in outcomes.items() if result.outcome is not Outcome.PASSED
    } == set()
    assert {check.id for check in CONNECTIVITY} == {result.check for result in outcomes.values()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fails_one_check_and_blocks_what_follows_from_it(name):
    stack, root = FAULTS[name]
    outcomes = results(stack)
    assert [result.identity for result in outcomes if result.outcome is Outcome.FAILED] == [root]
    others = [result for result in outcomes if result.identity != root]
    assert {result.blocked_by for result in others if result.outcome is Outcome.BLOCKED} <= {root}
    assert [result for result in others if result.outcome not in {Outcome.PASSED, Outcome.BLOCKED}] == []


# Named with its target, a service through one node fails only where Kong alone is at fault.
def test_a_route_that_one_node_lacks_is_found_at_that_node():
    class Lacking(Stack):
        def _node(self, node, path):
            if node == "kong-2" and path == "/api/v1/auth/health":
                return answer(404, {"message": "no Route matched with those values"}, Server="kong/3.4.2")
            return super()._node(node, path)

    outcomes = results(Lacking())
    (failed,) = [result for result in outcomes if result.outcome is Outcome.FAILED]
    assert failed.identity == "service.unhealthy-through-gateway@auth-service via kong-2"
    assert failed.findings[0].hop == "gateway"
    assert "Kong answered 404" in failed.findings[0].observed


def test_every_check_of_the_catalogue_is_failed_by_a_fault():
    failing = {root.partition("@")[0] for _, root in FAULTS.values()} | {"service.unhealthy-through-gateway"}
    assert failing == {check.id for check in CONNECTIVITY}


def test_a_path_that_is_a_route_waits_for_its_service():
    declared = environment(routes=[{"path": "/api", "service": "auth-service"}])
    misrouted = by_id("load-balancer.path-misrouted")
    assert (by_id("service.unhealthy"), "auth-service") in misrouted.requires(declared, "/api")
    assert (by_id("service.unhealthy"), "auth-service") not in misrouted.requires(environment(), "/api")


def test_two_services_that_depend_on_each_other_do_not_block_each_other():
    services = {
        name: {"url": f"http://{name}.test:3001", "depends_on": [other]}
        for name, other in (("auth-service", "user-service"), ("user-service", "auth-service"))
    }
    bare = dict.fromkeys(
        ("gateway", "load_balancer", "prometheus", "alertmanager", "grafana", "pushgateway"), None
    ) | {"stores": {}}
    stack = Stack(environment=environment(services=services, **bare), health={"auth-service": answer(500)})
    failed = [result.identity for result in results(stack) if result.outcome is Outcome.FAILED]
    assert failed == ["service.unhealthy@auth-service"]


def test_an_environment_that_declares_nothing_skips_every_check():
    nothing = environment(
        **dict.fromkeys(
            ("gateway", "load_balancer", "prometheus", "alertmanager", "grafana", "pushgateway"), None
        ),
        services={},
        stores={},
    )
    assert {result.outcome for result in results(Stack(environment=nothing))} == {Outcome.SKIPPED}

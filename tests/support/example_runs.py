"""Runs of the kinds that a reader meets, for golden files and for looking at."""

from __future__ import annotations

from atalaia.checks.check import Finding
from atalaia.run.results import RunRecord, SkipKind
from tests.support.records import CRITICAL, MINOR, blocked, failed, inconclusive, passed, record, skipped

SERVICES = (
    "auth-service",
    "user-service",
    "scheduler-service",
    "notification-service",
    "payment-service",
    "analytics-service",
    "chatbot-service",
    "clinic-service",
)
_HEALTH_REMEDY = (
    "Read the log of the service; /health of its own port says which of its dependencies it cannot reach."
)


def all_green() -> RunRecord:
    """Nothing to do."""
    return record(
        *(passed(f"tcp.unreachable@{name}") for name in (*SERVICES, "postgres", "redis", "kong-1", "kong-2")),
        passed("tls.expired@front"),
        passed("tls.chain-incomplete@front"),
        *(passed(f"service.unhealthy@{name}") for name in SERVICES),
        passed("gateway.empty-configuration@kong-1"),
        passed("gateway.nodes-differ@kong"),
        passed("postgres.login-refused@postgres"),
        passed("redis.open@redis"),
        passed("monitoring.not-ready@prometheus"),
        skipped("monitoring.not-ready@-", SkipKind.NOT_DECLARED, "the environment declares no pushgateway"),
        environment="sandbox-atendeai",
        safety="sandbox",
        stand_ins=("kong 3.4 (Atalaia's stand-in)", "grafana 10 (Atalaia's stand-in)", *SERVICES),
        notes=("sent from 127.64.193.7",),
    )


def many_failures() -> RunRecord:
    """One root cause that blocks much, a sick stack around it, and things that could not be measured."""
    return record(
        *(passed(f"tcp.unreachable@{name}") for name in SERVICES[2:]),
        failed(
            "tcp.unreachable@auth-service",
            Finding(
                expected="a TCP connection to 10.0.3.11:3001",
                observed="refused: nothing listens there",
                hop="service",
            ),
            severity=CRITICAL,
            remedy="Start the service, or correct services.auth-service.url.",
        ),
        blocked("service.unhealthy@auth-service", by="tcp.unreachable@auth-service"),
        blocked("service.slow@auth-service", by="tcp.unreachable@auth-service"),
        *(
            blocked(f"{check}@auth-service", by="tcp.unreachable@auth-service")
            for check in (
                "service.unhealthy-through-gateway",
                "service.unhealthy-through-load-balancer",
                "service.answered-by-another",
            )
        ),
        blocked("load-balancer.path-misrouted@/api/v1/auth", by="tcp.unreachable@auth-service"),
        *(
            failed(
                f"service.unhealthy@{name}",
                Finding(
                    expected="a status of 2xx, and a body that claims to be up",
                    observed='503 with {"status":"DOWN","checks":{"postgres":{"status":"UP","ms":2},'
                    '"redis":{"status":"DOWN","error":"NOAUTH Authentication required."}}}',
                    hop="service",
                ),
                remedy=_HEALTH_REMEDY,
            )
            for name in SERVICES[1:3]
        ),
        *(passed(f"service.unhealthy@{name}") for name in SERVICES[3:]),
        failed(
            "gateway.nodes-differ@kong",
            Finding(
                expected="the same configuration_hash on all nodes",
                observed="kong-1: 4f1c9e0db8a7716f2a5c0a3c6f3d8b21",
                hop="gateway",
            ),
            Finding(
                expected="the same configuration_hash on all nodes",
                observed="kong-2: 00000000000000000000000000000000",
                hop="gateway",
                cause="kong/kong.yml:1",
            ),
            remedy="Send the same declarative file to every node, and wait until each says that it is ready.",
        ),
        failed(
            "tls.expiring@front",
            Finding(
                expected="valid for at least 30 days more", observed="11 days: until 2026-12-02T10:00:00Z"
            ),
            severity=MINOR,
            remedy="Renew the certificate.",
        ),
        passed("tls.chain-incomplete@front"),
        passed("postgres.login-refused@postgres"),
        inconclusive("postgres.wrong-role@postgres", "the server did not say whether it is in recovery"),
        *(
            inconclusive(
                f"service.slow@{name}",
                "not sent for want of budget: load-balancer client 10.0.3.2: 10 of 10 allowed (100 per 60 s)",
            )
            for name in SERVICES[1:]
        ),
        skipped("redis.wrong-eviction@-", SkipKind.NOT_DECLARED, "the environment declares no stores.redis"),
        skipped("limit.not-enforced@auth", SkipKind.NOT_ALLOWED, "it spends, and safety is production"),
        skipped("authentication.open@auth", SkipKind.MISSING, "the variable JWT_SECRET is not set"),
        safety="production",
        notes=(
            "sent from 10.0.3.2",
            "7 observations not sent for want of budget: load-balancer client 10.0.3.2: 10 of 10 allowed "
            "(100 per 60 s, 4 used by earlier runs)",
        ),
    )


def accepted_only() -> RunRecord:
    """A known defect, what it blocks, and nothing else wrong."""
    return record(
        passed("tcp.unreachable@auth-service"),
        failed(
            "exposure.admin-api@front",
            Finding(expected="no answer of the Admin API", observed="200 with its version and plugins"),
            severity=CRITICAL,
            remedy="Take the Admin API off the public front.",
            accepted="moves behind the VPN with ticket OPS-811 (until 2027-01-31)",
        ),
        blocked("exposure.prometheus@front", by="exposure.admin-api@front"),
    )


def interrupted() -> RunRecord:
    """Ended by Ctrl-C."""
    return record(
        passed("tcp.unreachable@auth-service"),
        passed("tcp.unreachable@user-service"),
        *(inconclusive(f"service.unhealthy@{name}", "the run ended before its turn") for name in SERVICES),
        complete=False,
        interrupted=True,
    )


def partly_selected() -> RunRecord:
    """What fails was not selected, so it is told by those that it blocks; an acceptance has expired."""
    return record(
        blocked("postgres.wrong-role@postgres", by="tcp.unreachable@postgres"),
        blocked("postgres.login-refused@postgres", by="tcp.unreachable@postgres"),
        failed(
            "redis.open@redis",
            Finding(expected="an error that asks for AUTH", observed="PONG", hop="store"),
            remedy="Set requirepass.",
            reason="accepted as “old cluster” until 2026-10-01, which is over",
        ),
    )


def broken() -> RunRecord:
    """A defect of Atalaia itself."""
    return record(
        passed("tcp.unreachable@auth-service"),
        inconclusive("service.slow@auth-service", "no result came back"),
        complete=False,
        defects=("suites/connectivity/test_services.py::test_slow[auth-service]: KeyError: 'median'",),
        notes=("a worker process died while it ran suites/connectivity/test_services.py::test_slow[api]",),
    )


def hostile() -> RunRecord:
    """A server that wants to drive the terminal, forge lines and fill the screen."""
    return record(
        failed(
            "service.unhealthy@" + "/".join(["v1"] * 60),
            Finding(
                expected="200",
                observed="\x1b]0;owned\x07\x1b[2J\x1b[1;1H\r\n  ✓ services  8 passed"
                "\x9b31m\u202eevil\u2066 z\u0335\u0336\u0337\u0338",
            ),
            Finding(expected="a short body", observed="A" * 5000),
            Finding(expected="a short body", observed="你好世界" * 300),
            *(Finding(expected=f"number {n}", observed="no") for n in range(20)),
            severity=CRITICAL,
        ),
        *(
            blocked(f"service.slow@\x1b[5m{n}", by="service.unhealthy@" + "/".join(["v1"] * 60))
            for n in range(900)
        ),
        inconclusive("service.slow@\x00", "tls: \x1b[31mred\n\n\n" + "\t" * 50),
        complete=True,
        defects=tuple(f"defect {n}" for n in range(40)),
    )


RUNS = {
    "all-green": all_green,
    "many-failures": many_failures,
    "accepted-only": accepted_only,
    "interrupted": interrupted,
    "partly-selected": partly_selected,
    "broken": broken,
    "hostile": hostile,
}

"""With safety production, all suites together take at most a tenth of any limiter, counted at the servers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from atalaia.systems.kong.declarative import load
from sandbox import launcher
from sandbox.running import Sandbox
from sandbox.services import CLINICS, ISSUER, account_of
from tests.support.sandboxes import state_directory

ROOT = Path(__file__).parents[2]
SEED = "http://${ATENDEAI_HOST:-localhost}"
SHARE = 0.1
FRONT_LIMIT, AUTH_LIMIT, API_LIMIT = 100, 5, 100
"""What the documents allow a client in a minute: at the front, for logins, for the rest."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Sandbox]:
    """A sandbox with the documents' windows."""
    with state_directory():
        sandbox = launcher.up()
        try:
            yield sandbox
        finally:
            launcher.down(directory=sandbox.directory)


def atendeai(sandbox: Sandbox) -> str:
    """The shipped environment, on the sandbox' ports, for production, with the limiters that it declares."""
    ports = sandbox.ports
    text = (ROOT / "environments" / "atendeai.yml").read_text()
    moved = {
        3001: ports.auth_service, 3002: ports.user_service, 3003: ports.clinic_service,
        3004: ports.health_service, 3005: ports.conversation_service, 3006: ports.appointment_service,
        3007: ports.whatsapp_service, 3008: ports.google_calendar_service, 3000: ports.grafana,
        8000: ports.kong_1_proxy, 8001: ports.kong_1_admin, 8002: ports.dead, 8404: ports.haproxy_stats,
        9090: ports.prometheus, 9093: ports.alertmanager, 5432: ports.postgres, 6379: ports.redis,
    }  # fmt: skip
    text = re.sub(r"(?<=:-localhost\}:)\d{4}", lambda found: str(moved[int(found[0])]), text)
    text = text.replace(f'url: "{SEED}"', f'url: "{SEED}:{ports.haproxy_http}"')
    secure = SEED.replace("http:", "https:")
    text = text.replace(f'tls_url: "{secure}"', f'tls_url: "{secure}:{ports.haproxy_https}"')
    # The documents do not say what is in a token; the sandbox' Kong wants to know whose it is, and counts
    # only requests of those it knows.
    secret = '    secret: "${JWT_SECRET}"\n'
    clinic = CLINICS[0]
    claims = f"{{iss: {ISSUER}, sub: {account_of(clinic)}, clinic_id: {clinic}, type: access}}"
    text = text.replace(secret, f"{secret}    claims: {claims}\n")
    return text.replace("safety: staging", "safety: production")


@dataclass(frozen=True)
class Counted:
    """Requests that the limiters have counted."""

    front: int
    rate: int
    """Of this machine's own address, in the last minute."""
    gateway: Counter[str]
    """By route id and client address."""


def counted(sandbox: Sandbox) -> Counted:
    """What HAProxy and Redis say now. The hour's counters outlive the minute's, and miss nothing."""

    async def ask() -> Counted:
        names, *rows = (line.split(",") for line in (await sandbox.haproxy("show stat")).splitlines() if line)
        front = next(row for row in rows if row[:2] == ["public", "FRONTEND"])
        table = await sandbox.haproxy("show table per_address")
        rate = re.search(r"key=127\.0\.0\.1 .*http_req_rate\(\d+\)=(\d+)", table)
        keys = await sandbox.redis("KEYS", "ratelimit:*:hour")
        assert isinstance(keys, list)
        found: Counter[str] = Counter()
        for key in keys:
            _, route, _, address, *_ = key.decode().split(":")
            found[f"{route} {address}"] += int(await sandbox.redis("GET", key.decode()))
        return Counted(int(front[names.index("req_tot")]), int(rate[1]) if rate else 0, found)

    return asyncio.run(ask())


def check(sandbox: Sandbox, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`atalaia check` with all suites."""
    file = directory / "atendeai.yml"
    file.write_text(atendeai(sandbox))
    passwords = sandbox.secrets
    variables = {
        "POSTGRES_PASSWORD": passwords.postgres_services, "REDIS_PASSWORD": passwords.redis,
        "JWT_SECRET": passwords.jwt, "HAPROXY_STATS_PASSWORD": passwords.haproxy_stats,
        "GRAFANA_PASSWORD": passwords.grafana,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-P", "-m", "atalaia.cli", "check", "--env", str(file), *arguments],
        cwd=directory, capture_output=True, text=True, timeout=300, env=os.environ | variables,
    )  # fmt: skip


def test_two_runs_within_a_minute_take_at_most_a_tenth_of_every_limiter_together(stack, tmp_path):
    before = counted(stack)
    run = check(stack, tmp_path)
    assert run.returncode in {1, 2}, f"the stack is another one than described: {run.stdout}{run.stderr}"
    findings = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert findings["safety"] == "production"
    assert {result["outcome"] for result in findings["results"]} >= {"passed"}, "something was sent"
    spending = [result for result in findings["results"] if result["check"] == "limiter.not-enforced"]
    assert {result["skip"] for result in spending} == {"not-allowed"}
    first = counted(stack)
    assert 0 < first.front - before.front <= SHARE * FRONT_LIMIT
    assert first.gateway - before.gateway, "something was counted"
    check(stack, tmp_path)
    second = counted(stack)
    # Of what the first run sent, at the front only what is younger than two windows weighs.
    assert second.rate <= SHARE * FRONT_LIMIT
    login = _route_of(stack, "auth")
    for spent in (first.gateway - before.gateway, second.gateway - first.gateway):
        assert max(spent.values(), default=0) <= SHARE * API_LIMIT, spent
        assert sum(used for key, used in spent.items() if key.startswith(login)) <= int(SHARE * AUTH_LIMIT)


def test_the_plan_says_as_much_and_sends_nothing(stack, tmp_path):
    before = counted(stack)
    run = check(stack, tmp_path, "--plan")
    assert run.returncode == 0, run.stdout + run.stderr
    after = counted(stack)
    assert (after.front, after.gateway) == (before.front, before.gateway)
    told = re.findall(r"^ *(\S.*): (\d+) of (\d+) allowed \((\d+) per ([\d.]+) s", run.stdout, re.MULTILINE)
    uses = {
        bucket: (int(taken), int(allowed), int(limit), float(seconds))
        for bucket, taken, allowed, limit, seconds in told
    }
    assert all(taken <= allowed <= SHARE * limit for taken, allowed, limit, _ in uses.values()), uses
    assert any(taken for taken, *_ in uses.values()), "something would be sent"
    windows = {(limit, seconds) for _, _, limit, seconds in uses.values()}
    assert windows >= {(FRONT_LIMIT, 60), (API_LIMIT, 60), (AUTH_LIMIT, 60), (AUTH_LIMIT * 20, 3600)}, uses
    assert any(bucket.startswith("load-balancer") for bucket in uses), uses
    assert "limiter.not-enforced: not-allowed, it spends, and safety is production" in run.stdout


def _route_of(sandbox: Sandbox, name: str) -> str:
    """The id of a route of kong.yml, as the limiter's keys carry it."""
    configuration = load(sandbox.blueprint.kong_file.read_text())
    return next(route.id for route in configuration.routes if route.name == name)

"""How much the sandbox carries: an authenticated GET through HAProxy and Kong, with every plugin active.

python -m benchmarks.gateway_load [--rate 1500] [--seconds 30]

A sandbox of its own, its limiters raised so that nobody is denied; the generator, HAProxy, both nodes of
Kong, the services and their stores share the machine. Ends with 1 where the promise is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import sys
from pathlib import Path

import uvloop

from benchmarks.generator import Load, generate, quantile
from sandbox import launcher
from sandbox.running import Sandbox
from sandbox.services import CLINICS, account_of
from sandbox.standins.control import Reload

PROMISED_P95 = 0.050
"""Seconds from the intended start, at 1,500 arrivals a second on two cores."""
ORIGIN = "https://app.atendeai.example"
PATH = "/api/v1/users?limit=1"
RAISED = dict.fromkeys(("limit_requests", "auth_limit", "api_limit", "auth_hour", "api_hour"), "100000000")
"""Variables of the sandbox's templates."""
NODES = ("kong-1", "kong-2")


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=1500.0, help="arrivals a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the load")
    parser.add_argument("--hold", action="store_true", help="leave the sandbox up, and say where it is")
    given = parser.parse_args()
    sandbox = launcher.up()
    try:
        load, costs, counted = uvloop.run(_measure(sandbox, given.rate, given.seconds))
    finally:
        if given.hold:
            sys.stdout.write(f"held: {sandbox.id} in {sandbox.directory}, {sandbox.pids}\n")
        else:
            launcher.down(directory=sandbox.directory)
    sys.stdout.write(f"{_told(load)}\n{_told_costs(load, costs)}\n")
    sys.stdout.write(f"the limiter has counted {counted} of {load.planned}\n")
    kept = (
        counted >= load.planned
        and load.errors == 0
        and load.unsent == 0
        and quantile(load.latencies, 0.95) < PROMISED_P95
    )
    sys.stdout.write("kept\n" if kept else f"missed: p95 under {PROMISED_P95 * 1000:.0f} ms, no error\n")
    return 0 if kept else 1


async def _measure(sandbox: Sandbox, rate: float, seconds: float) -> tuple[Load, dict[str, float], int]:
    await _raise_limits(sandbox)
    address = ("127.0.0.1", sandbox.ports.haproxy_http)
    loop = asyncio.get_running_loop()
    token = await loop.run_in_executor(None, _log_in, sandbox)
    head = f"Host: 127.0.0.1\r\nOrigin: {ORIGIN}\r\nAuthorization: Bearer {token}\r\nAccept: */*\r\n"
    request = f"GET {PATH} HTTP/1.1\r\n{head}\r\n".encode()
    before = await loop.run_in_executor(None, _remaining, sandbox, token)
    await generate(address, request, min(rate, 200), 1)  # connections, routes and pages of memory
    used = processor_times(sandbox)
    load = await generate(address, request, rate, seconds)
    costs = {name: time - used[name] for name, time in processor_times(sandbox).items()}
    after = await loop.run_in_executor(None, _remaining, sandbox, token)
    counted = before - after - 1
    return load, {**costs, "generator": load.processor}, counted


async def _raise_limits(sandbox: Sandbox) -> None:
    for name in (*NODES, "haproxy"):
        sandbox.render(name, **RAISED)
    declarative = sandbox.blueprint.kong_file.read_text()
    for node in NODES:
        await sandbox.tell(node, Reload(target=node, declarative=declarative))
    await sandbox.restart("haproxy")


def _ask(
    sandbox: Sandbox, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.ports.haproxy_http, timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def _log_in(sandbox: Sandbox) -> str:
    account = {"email": account_of(CLINICS[0]), "password": sandbox.secrets.account}
    kind = {"Content-Type": "application/json"}
    answer, body = _ask(sandbox, "POST", "/api/v1/auth/login", kind, json.dumps(account))
    if answer.status != 200:
        raise SystemExit(f"the login was answered {answer.status}")
    return str(json.loads(body)["accessToken"])


def _remaining(sandbox: Sandbox, token: str) -> int:
    """What is left of the hour, after one request: it shows that cors, jwt and the limiter are at work."""
    denied, _ = _ask(sandbox, "GET", PATH, {"Origin": ORIGIN})
    answer, _ = _ask(sandbox, "GET", PATH, {"Origin": ORIGIN, "Authorization": f"Bearer {token}"})
    seen = denied.status, answer.status, answer.getheader("Access-Control-Allow-Origin")
    if seen != (401, 200, ORIGIN):
        raise SystemExit(f"cors or jwt is not active: {seen}")
    return int(answer.getheader("X-RateLimit-Remaining-Hour") or 0)


def _told(load: Load) -> str:
    if not load.latencies:
        return "nothing was answered"
    times = ", ".join(
        f"p{share:g} {quantile(load.latencies, share / 100) * 1000:.1f} ms" for share in (50, 95, 99)
    )
    return (
        f"{len(load.latencies) / load.seconds:.0f} requests/s answered, {times} from the intended start; "
        f"{load.errors} errors {dict(load.statuses)}, {load.broken} broken, {load.unanswered} unanswered, "
        f"{load.unsent} unsent\n"
        f"sent p95 {quantile(load.lags, 0.95) * 1000:.1f} ms after the intended start"
    )


def processor_times(sandbox: Sandbox) -> dict[str, float]:
    """Seconds of processor time that each server (with its children, where it has any) has used."""
    tick = os.sysconf("SC_CLK_TCK")
    found = {}
    for name, pid in sandbox.pids.items():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        found[name] = sum(int(field) for field in fields[11:15]) / tick
    return found


def _told_costs(load: Load, costs: dict[str, float]) -> str:
    """Whoever else uses the machine, a request costs the same: microseconds of processor time each."""
    each = {name: 1e6 * seconds / load.planned for name, seconds in costs.items()}
    told = ", ".join(f"{name} {cost:.0f}" for name, cost in each.items() if cost >= 1)
    return (
        f"processor time of a request: {sum(each.values()):.0f} us ({told}); "
        f"{os.cpu_count()} cores, others included their load was {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())

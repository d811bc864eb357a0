"""A measurement against real limiters: HAProxy's own, Kong's in its stand-in, and targets that go wrong."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.kept import KeptClient
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limiter.measure import measure
from atalaia.systems.limiter.model import LimiterMeasurement, LimiterSeen
from atalaia.systems.limiter.recovery import LimiterRecovery
from atalaia.systems.limiter.stretch import stretches
from atalaia.systems.observe import observe
from sandbox.programs import Program
from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import ClearFault, Reload, SetClock, SetFault, send_now
from tests.support.hostile import HostileServer
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import free_ports, running

LIMIT = 20
FRONT_WINDOW = 3.0
NOON = 1795262400.0
FEW = 5
HAPROXY = """
global
    nbthread 1
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend front
    bind 127.0.0.1:{port}
    http-request track-sc0 src table seen
    http-request deny deny_status 429 if {{ sc_http_req_rate(0,seen) gt {limit} }}
    default_backend behind
backend seen
    stick-table type ip size 10k expire 1m store http_req_rate({window:g}s)
backend behind
    server one 127.0.0.1:{upstream}
"""
KONG = """
_format_version: "3.0"
services:
- name: s
  url: http://127.0.0.1:{upstream}
  routes:
  - {{name: a, paths: [/a], plugins: [{{name: rate-limiting, config: {{minute: 20, limit_by: ip}}}}]}}
  - {{name: s, paths: [/s], plugins: [{{name: rate-limiting, config: {{second: 5, limit_by: ip}}}}]}}
  - {{name: free, paths: [/free]}}
"""
addresses = count(1)


def client() -> str:
    """An address that nobody has used yet."""
    number = next(addresses)
    return f"127.65.{number // 200}.{number % 200 + 1}"


def network(**changes: Any) -> Network:
    return Network(source=client(), **changes)


def request(port: int, hop: Hop, path: str, **headers: str) -> HttpRequest:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
    return HttpRequest(key=f"GET {path} {named}", hop=hop, url=url, target=path, headers=named)


def measurement(port: int, hop: Hop, path: str = "/a", **changes: Any) -> LimiterMeasurement:
    claiming = request(port, hop, path, X_Forwarded_For="203.0.113.1")
    settings = {
        "key": "limiter", "hop": hop, "requests": (request(port, hop, path),), "limit": LIMIT, "window": 60.0,
        "extra": 2, "most": 2 * LIMIT + 2, "forged": (claiming,),
    }  # fmt: skip
    return LimiterMeasurement(**{**settings, **changes})


def measured(wanted: LimiterMeasurement, by: Network | None = None) -> LimiterSeen:
    return asyncio.run(measure(wanted, by or network()))


def short(port: int, **changes: Any) -> LimiterMeasurement:
    """Of a limiter that counts for a second."""
    return measurement(port, Hop.GATEWAY, "/s", limit=FEW, most=4 * FEW, window=1.0, pause=0.01, **changes)


def parts(found: LimiterSeen, limit: int = LIMIT, window: float = 60.0) -> list[tuple[int, int]]:
    return [(len(part.passed), len(part.denied)) for part in stretches(found, limit, window)]


def recovery(wanted: LimiterMeasurement, *, sliding: bool = False) -> LimiterRecovery:
    one = wanted.requests[0]
    fields = {name: getattr(one, name) for name in HttpRequest.model_fields} | {"key": "later"}
    return LimiterRecovery(**fields, limit=wanted.limit, window=wanted.window, sliding=sliding)


def ok(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """HAProxy with its limiter; its port."""
    (port,) = free_ports(1)
    file = tmp_path_factory.mktemp("haproxy") / "haproxy.cfg"
    with scripted_upstream(ok) as upstream:
        file.write_text(HAPROXY.format(port=port, limit=LIMIT, window=FRONT_WINDOW, upstream=upstream))
        process = subprocess.Popen(
            [Program("haproxy", "haproxy").path, "-db", "-f", file], stderr=subprocess.DEVNULL
        )
        try:
            _until_it_listens(port)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            return


class Node:
    """Kong's stand-in. Its minutes do not end while its clock stands."""

    def __init__(self, port: int, control: Path) -> None:
        self.port, self._control = port, control

    @contextmanager
    def standing(self) -> Iterator[None]:
        send_now(self._control, SetClock(target="kong-1", at=NOON + 10))
        try:
            yield
        finally:
            send_now(self._control, SetClock(target="kong-1", at=None))

    @contextmanager
    def broken(self, fault: str, **options: Any) -> Iterator[None]:
        send_now(self._control, SetFault(target="kong-1", fault=fault, options=options))
        try:
            yield
        finally:
            send_now(self._control, ClearFault(target="kong-1"))


@pytest.fixture(scope="module")
def kong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    ports = free_ports(3)
    node = Node(ports[0], tmp_path_factory.mktemp("kong") / "c.sock")
    config = KongConfig(node="kong-1", proxy_port=ports[0], admin_port=ports[1], status_port=ports[2])
    with scripted_upstream(ok) as upstream, running(StandIns(control=node._control, kong=config)):
        send_now(node._control, Reload(target="kong-1", declarative=KONG.format(upstream=upstream)))
        yield node


def at_front(port: int, **changes: Any) -> LimiterMeasurement:
    return measurement(port, Hop.LOAD_BALANCER, aligned=False, window=FRONT_WINDOW, **changes)


@pytest.mark.parametrize("at_once", [1, 4])
def test_haproxys_limiter_lets_exactly_the_limit_pass_however_many_come_at_once(front, at_once):
    found = measured(at_front(front, at_once=at_once))
    assert len(found.passed) == LIMIT
    assert len(found.denied) >= 3
    assert [found.denies(each) for each in (*found.forged, found.again)] == [True, True]
    assert found.waited == 0


def test_haproxy_serves_again_when_it_is_due_and_not_before(front):
    """Held against HAProxy itself: its counter is the current period and a weighted part of the last."""

    async def run():
        wanted, by = at_front(front), network()
        found = await measure(wanted, by)
        later, begun = recovery(wanted, sliding=True), found.steps[0].sent_at
        due = later.due(found)
        await asyncio.sleep(max(0.0, begun + FRONT_WINDOW + 0.02 - time.time()))
        early = await observe(wanted.requests[0], by)
        # It counted as well.
        await asyncio.sleep(max(0.0, due + FRONT_WINDOW / len(found.everything) - time.time()))
        return early, await observe(later, by), due - begun

    early, again, after = asyncio.run(run())
    assert (early.response.status, again.response.status) == (429, 200)
    assert FRONT_WINDOW < after < 1.5 * FRONT_WINDOW


def test_kongs_limiter_lets_the_limit_pass_within_one_window(kong):
    with kong.standing():
        found = measured(measurement(kong.port, Hop.GATEWAY, pause=0.01))
    assert parts(found) == [(LIMIT, 3)]
    assert all(found.denies(each) for each in (*found.forged, found.again))
    assert [each.response.body for each in found.passed] == [b""] * LIMIT, "bodies are not kept"
    assert found.denied[0].response.json()["message"]


def test_short_windows_are_measured_too(kong):
    found = measured(short(kong.port))
    # Where the machine was too slow for what was left of a second, there is an earlier, unfinished one.
    assert FEW in [passed for passed, denied in parts(found, FEW, 1.0) if denied]


async def use(wanted: LimiterMeasurement, by: Network, requests: int) -> None:
    async with KeptClient(by) as others:
        for _ in range(requests):
            await others.exchange(wanted.requests[0])
            await asyncio.sleep(0.01)


def test_what_others_have_used_of_a_window_is_told_apart(kong):
    async def run():
        wanted, by = measurement(kong.port, Hop.GATEWAY, pause=0.01), network()
        await use(wanted, by, LIMIT - 5)
        return await measure(wanted, by)

    with kong.standing():
        (only,) = stretches(asyncio.run(run()), LIMIT, 60.0)
    assert (len(only.passed), only.used_before) == (5, LIMIT - 5)


def test_it_waits_for_a_window_where_this_one_is_used_up(kong):
    async def run():
        wanted, by = short(kong.port), network()
        await asyncio.sleep(1.02 - time.time() % 1)
        await use(wanted, by, FEW)
        return await measure(wanted, by)

    found = asyncio.run(run())
    assert 0 < found.waited < 4
    assert FEW in [passed for passed, denied in parts(found, FEW, 1.0) if denied]


def test_a_limiter_that_is_not_there_is_asked_no_more_than_the_most(kong):
    found = measured(measurement(kong.port, Hop.GATEWAY, "/free"))
    assert (len(found.passed), len(found.denied)) == (2 * LIMIT + 2, 0)
    assert found.again is None


def test_a_burst_is_sent_whole_and_shows_what_counts_late(kong):
    wanted = measurement(kong.port, Hop.GATEWAY, most=2 * LIMIT, at_once=20, stops=False, forged=())
    with kong.standing(), kong.broken("burst", milliseconds=3000):
        found = measured(wanted)
    assert len(found.steps) == 2 * LIMIT
    assert len(found.passed) > LIMIT
    assert [each.sent_at for each in found.steps] == sorted(each.sent_at for each in found.steps)


def test_a_limiter_that_sticks_denies_when_the_window_is_over(kong):
    async def run():
        wanted, by = short(kong.port), network()
        found = await measure(wanted, by)
        later = recovery(wanted)
        await asyncio.sleep(max(0.0, later.due(found) - time.time()))
        return (await observe(later, by)).response.status

    with kong.broken("limiter-sticks"):
        assert asyncio.run(run()) == 429
    assert asyncio.run(run()) == 200


@pytest.fixture
def slow() -> Iterator[int]:
    """An upstream that takes its time; its port."""

    def script(connection: socket.socket, head: bytes) -> None:
        time.sleep(0.2)
        ok(connection, head)

    with scripted_upstream(script) as port:
        yield port


def test_a_target_that_is_too_slow_for_the_window_is_left_alone(slow):
    found = measured(measurement(slow, Hop.SERVICE, window=1.0))
    assert not found.denied
    assert len(found.steps) <= 40
    assert 3 < found.rate < 6


def test_the_services_own_counter_is_read_before_and_after(kong):
    served = count(7)

    def script(connection: socket.socket, head: bytes) -> None:
        page = f'# TYPE r counter\nr{{route="/health"}} 99\nr{{route="/a"}} {next(served)}\n'.encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))

    with scripted_upstream(script) as port:
        page = request(port, Hop.SERVICE, "/metrics")
        wanted = measurement(
            kong.port, Hop.GATEWAY, limit=2, most=1, counter=page, counter_metric="r", uncounted=("/health",)
        )
        found = measured(wanted)
    assert (found.reached_before, found.reached_after) == (7, 8)


def test_nobody_who_listens_is_asked_three_times():
    (port,) = free_ports(1)
    found = measured(measurement(port, Hop.GATEWAY))
    assert [each.failure.reason for each in found.steps] == [Reason.REFUSED] * 3


@pytest.fixture(scope="module")
def hostile() -> Iterator[int]:
    with HostileServer() as server:
        yield int(server.url.rpartition(":")[2])


@pytest.mark.parametrize(
    "behaviour", ["drip-header", "drip-body", "endless-body", "silent", "reset", "huge-header"]
)
def test_whatever_the_other_side_does_it_ends(hostile, behaviour):
    begun = time.monotonic()
    quick = network(total=timedelta(milliseconds=300))
    found = measured(measurement(hostile, Hop.GATEWAY, f"/{behaviour}", window=1.0), quick)
    assert time.monotonic() - begun < 10
    assert found.steps
    assert sum(len(each.response.body) for each in found.steps if each.response) < 2**20

"""Kong's stand-in counts in a real Redis for several nodes, and does as it is set where none answers."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import Reload, SetClock, send_now
from tests.support.echo_upstream import echo_upstream
from tests.support.standins import Answer, ask, free_ports, running
from tests.support.stores import PASSWORD, redis_cli, redis_server

NOON = 1795262400


@dataclass
class Two:
    """Two running nodes and their upstream."""

    proxies: list[int]
    controls: list[Path]
    upstream: int
    seconds: int = NOON

    def load(self, redis: int, **config: object) -> None:
        """Give both nodes a limiter that counts in this Redis, and the next day."""
        self.seconds += 86400
        given = {
            "policy": "redis", "redis_host": "localhost", "redis_port": redis, "redis_password": PASSWORD,
            "limit_by": "ip", "redis_timeout": 300, **config,
        }  # fmt: skip
        plugin = ", ".join(f"{name}: {str(value).lower()}" for name, value in given.items())
        route = f"{{name: r, paths: [/r], plugins: [{{name: rate-limiting, config: {{{plugin}}}}}]}}"
        service = f'{{name: s, url: "http://127.0.0.1:{self.upstream}", routes: [{route}]}}'
        text = f'{{_format_version: "3.0", services: [{service}]}}'
        for control in self.controls:
            send_now(control, SetClock(target="kong", at=self.seconds + 30.5))
            send_now(control, Reload(target="kong", declarative=text))

    def get(self, node: int = 0) -> Answer:
        return ask(self.proxies[node], "GET", "/r")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    (upstream,) = free_ports(1)
    found = Two([], [], upstream)
    with ExitStack() as stack:
        stack.enter_context(echo_upstream(upstream))
        for _ in range(2):
            proxy, admin, status = free_ports(3)
            control = tmp_path_factory.mktemp("kong") / "c.sock"
            kong = KongConfig(node="kong", proxy_port=proxy, admin_port=admin, status_port=status)
            stack.enter_context(running(StandIns(control=control, kong=kong)))
            found.proxies.append(proxy)
            found.controls.append(control)
        yield found


@pytest.fixture(scope="module")
def redis() -> Iterator[int]:
    with redis_server("--requirepass", PASSWORD) as port:
        yield port


def cli(redis: int, *words: str) -> list[str]:
    return redis_cli(redis, *words, password=PASSWORD).split()


def test_both_nodes_count_together_and_a_burst_does_not_overshoot(two: Two, redis: int) -> None:
    two.load(redis, minute=10)
    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(lambda n: two.get(n % 2).status, range(40)))
    assert statuses == {200: 10, 429: 30}


def test_what_is_rejected_counts_too_in_every_window(two: Two, redis: int) -> None:
    cli(redis, "FLUSHALL")
    two.load(redis, minute=1, hour=5)
    assert [two.get().status for _ in range(6)] == [200, 429, 429, 429, 429, 429]
    keys = cli(redis, "KEYS", "*")
    periods = {key.rpartition(":")[2]: key for key in keys}
    assert periods.keys() == {"minute", "hour"}
    assert {period: cli(redis, "GET", key) for period, key in periods.items()} == {
        "minute": ["6"], "hour": ["6"],
    }  # fmt: skip
    lives = {period: int(cli(redis, "TTL", key)[0]) for period, key in periods.items()}
    assert 55 <= lives["minute"] <= 60
    assert 3595 <= lives["hour"] <= 3600
    assert two.get().header("X-RateLimit-Remaining-Hour") == "0"


def down_answers(two: Two, count: int = 3) -> list[tuple[int, str | None, float]]:
    found = []
    for _ in range(count):
        started = time.monotonic()
        answer = two.get()
        found.append((answer.status, answer.header("RateLimit-Limit"), time.monotonic() - started))
    return found


def test_without_redis_everything_passes_and_nothing_is_said(two: Two) -> None:
    (nobody,) = free_ports(1)
    two.load(nobody, minute=1)
    assert [(status, limit) for status, limit, _ in down_answers(two)] == [(200, None)] * 3


def test_without_redis_nothing_passes_where_faults_are_not_tolerated(two: Two) -> None:
    (nobody,) = free_ports(1)
    two.load(nobody, minute=1, fault_tolerant=False)
    answer = two.get()
    assert (answer.status, answer.json()) == (500, {"message": "An unexpected error occurred"})


def test_a_wrong_password_is_as_good_as_no_redis(two: Two, redis: int) -> None:
    two.load(redis, minute=1, redis_password="wrong")
    assert [(status, limit) for status, limit, _ in down_answers(two)] == [(200, None)] * 3


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_silent_redis_is_waited_for_no_longer_than_its_timeout(two: Two, redis: int) -> None:
    two.load(redis, minute=1)
    assert two.get().status == 200
    found = [line for line in cli(redis, "INFO", "server") if line.startswith("process_id:")]
    with stopped(int(found[0].partition(":")[2])):
        for status, limit, seconds in down_answers(two):
            assert (status, limit) == (200, None)
            assert 0.25 <= seconds < 1.5
    until = time.monotonic() + 5
    while two.get().status != 429:  # it counts again as soon as Redis answers
        assert time.monotonic() < until


def test_a_connection_that_redis_closed_is_opened_again(two: Two, redis: int) -> None:
    two.load(redis, minute=2)
    assert two.get().status == 200
    assert cli(redis, "CLIENT", "KILL", "TYPE", "normal") != ["0"]
    assert [two.get().status for _ in range(2)] == [200, 429]

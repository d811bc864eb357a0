"""Health documents of the services' stand-ins, from real stores."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.standins.config import StandIns
from tests.support.service_standins import AUTH, USERS, running_services
from tests.support.standins import ask, free_ports, running, service

REDIS_PASSWORD = "only-for-tests"


@pytest.fixture(scope="module", autouse=True)
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_services(tmp_path_factory.mktemp("services")) as there:
        yield there


def test_without_its_stores_a_service_says_which_are_down() -> None:
    answer = ask(AUTH, "GET", "/health")
    assert answer.status == 503
    assert answer.json() == {
        "status": "DOWN",
        "service": "auth-service",
        "version": "2.0.0-atalaia-stand-in",
        "checks": {"postgres": "DOWN", "redis": "DOWN"},
    }


def test_any_path_that_ends_in_health_is_the_health_document() -> None:
    """So a route to the wrong service still answers, with the wrong service's name."""
    assert ask(USERS, "GET", "/api/v1/auth/health").json()["service"] == "user-service"


def test_a_real_redis_counts_with_its_password_and_after_a_restart(tmp_path: Path) -> None:
    port, *rest = free_ports(3)
    right = service("right", rest[0], redis=f"redis://:{REDIS_PASSWORD}@127.0.0.1:{port}/0")
    wrong = service("wrong", rest[1], redis=f"redis://:guess@127.0.0.1:{port}/0")
    with running(StandIns(control=tmp_path / "c.sock", services=(right, wrong))):
        for _ in range(2):  # the second time on a connection that broke meanwhile
            with redis(port, tmp_path):
                assert ask(right.port, "GET", "/health").json()["checks"]["redis"] == "UP"
                assert ask(wrong.port, "GET", "/health").json()["checks"]["redis"] == "DOWN"
            assert ask(right.port, "GET", "/health").json()["checks"]["redis"] == "DOWN"


@contextmanager
def redis(port: int, directory: Path) -> Iterator[None]:
    """A Redis with a password, ready."""
    options = ["--bind", "127.0.0.1", "--requirepass", REDIS_PASSWORD, "--save", "", "--dir", str(directory)]
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        assert any(b"eady to accept connections" in line for line in process.stdout)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)

"""The services' stand-ins, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.standins.config import StandIns
from tests.support.standins import PASSWORD, Answer, ask, free_ports, running, service

AUTH, USERS, APPOINTMENTS, HEALTH = free_ports(4)
"""Ports; each of the services is started on its own."""


@contextmanager
def running_services(directory: Path) -> Iterator[Path]:
    """Four services, on these ports; the socket that they are controlled by."""
    config = StandIns(
        control=directory / "c.sock",
        services=(
            service("auth-service", AUTH, "/api/v1/auth"),
            service("user-service", USERS, "/api/v1/users"),
            service("appointment-service", APPOINTMENTS, "/api/v1/appointments", version="3.1.4"),
            service("health-service", HEALTH, echo=True),
        ),
    )
    with running(config):
        yield config.control


def login(clinic: str = "clinic-a") -> dict[str, Any]:
    """What a clinic's admin is given for the password."""
    body = f'{{"email": "admin@{clinic}.example", "password": "{PASSWORD}"}}'.encode()
    answer = ask(AUTH, "POST", "/api/v1/auth/login", body=body)
    assert answer.status == 200
    return answer.json()


def users(
    token: str, *headers: tuple[str, str], method: str = "GET", path: str = "", body: bytes = b""
) -> Answer:
    """What the user service answers to who has this token."""
    bearer = ("Authorization", f"Bearer {token}")
    return ask(USERS, method, f"/api/v1/users{path}", [bearer, *headers], body)


def sample(port: int, series: str) -> float:
    """The value of a series; 0 where it is not there yet."""
    for line in ask(port, "GET", "/metrics").body.decode().splitlines():
        if line.startswith(series + " "):
            return float(line.rsplit(" ", 1)[1])
    return 0.0

"""The ways in which a service's stand-in can be broken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest

from atalaia.errors import NotMeasured, UsageError
from sandbox.standins.control import ClearFault, Reload, SetFault, Status, send_now
from tests.support.service_standins import AUTH, USERS, login, running_services, users
from tests.support.standins import JWT_SECRET, PASSWORD, ask


@pytest.fixture(scope="module", autouse=True)
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_services(tmp_path_factory.mktemp("services")) as there:
        yield there


@pytest.fixture
def fault(control: Path) -> Iterator[Callable[..., None]]:
    """Break the user service; mended afterwards."""
    yield lambda name, **options: send_now(
        control, SetFault(target="user-service", fault=name, options=options)
    )
    send_now(control, ClearFault(target="user-service"))


def test_stopped_refuses_connections_and_starts_again_on_the_same_port(
    control: Path, fault: Callable[..., None]
) -> None:
    fault("stopped")
    with pytest.raises(ConnectionRefusedError):
        ask(USERS, "GET", "/health")
    assert send_now(control, Status()).targets["user-service"] == "stopped"
    assert ask(AUTH, "GET", "/health").status == 503, "the others go on"
    send_now(control, ClearFault(target="user-service"))
    assert ask(USERS, "GET", "/health").status == 503


def test_hang_reads_and_never_answers_and_is_cut_when_cleared(
    control: Path, fault: Callable[..., None]
) -> None:
    fault("hang")
    with pytest.raises(TimeoutError):
        ask(USERS, "GET", "/api/v1/users", timeout=0.3)
    send_now(control, ClearFault(target="user-service"))
    assert ask(USERS, "GET", "/api/v1/users").status == 401


def test_health_500(fault: Callable[..., None]) -> None:
    fault("health-500")
    assert ask(USERS, "GET", "/health").status == 500
    assert ask(USERS, "GET", "/api/v1/users").status == 401, "only health documents are broken"


def test_health_down_says_so_with_status_200(fault: Callable[..., None]) -> None:
    fault("health-down")
    answer = ask(USERS, "GET", "/health")
    assert (answer.status, answer.json()["status"]) == (200, "DOWN")


def test_slow_delays_health_documents(fault: Callable[..., None]) -> None:
    fault("slow", seconds=0.3)
    started = time.monotonic()
    ask(USERS, "GET", "/health")
    assert time.monotonic() - started >= 0.3


def test_a_header_that_should_not_be_there_is_there_once_or_beside_the_services_own(
    fault: Callable[..., None],
) -> None:
    fault("powered-by")
    assert ask(USERS, "GET", "/health").header("X-Powered-By") == "Express"
    for twice in (False, True):
        fault("sends-header", header="referrer-policy", value="unsafe-url", twice=twice)
        headers = ask(USERS, "GET", "/api/v1/users").headers
        values = [value for name, value in headers if name.lower() == "referrer-policy"]
        assert values == ["no-referrer", "unsafe-url"][not twice :]


def test_cors_too_lets_every_origin_in(fault: Callable[..., None]) -> None:
    assert ask(USERS, "GET", "/health").header("Access-Control-Allow-Origin") is None
    fault("cors-too")
    answer = ask(USERS, "GET", "/health", [("Origin", "https://evil.example")])
    assert answer.header("Access-Control-Allow-Origin") == "https://evil.example"
    assert answer.header("Access-Control-Allow-Credentials") == "true"


@pytest.mark.parametrize("attribute", ["HttpOnly", "Secure", "SameSite"])
def test_cookie_open_leaves_one_attribute_out(control: Path, attribute: str) -> None:
    body = f'{{"email": "admin@clinic-a.example", "password": "{PASSWORD}"}}'.encode()
    options = {"without": attribute}
    send_now(control, SetFault(target="auth-service", fault="cookie-open", options=options))
    cookie = ask(AUTH, "POST", "/api/v1/auth/login", body=body).header("Set-Cookie") or ""
    send_now(control, ClearFault(target="auth-service"))
    assert {name for name in ("HttpOnly", "Secure", "SameSite") if name not in cookie} == {attribute}


def test_foreign_tenant_accepted_hands_out_what_is_another_clinics(fault: Callable[..., None]) -> None:
    theirs, token = users(login("clinic-b")["accessToken"]).json(), login("clinic-a")["accessToken"]
    fault("foreign-tenant-accepted")
    assert users(token, ("X-Clinic-ID", "clinic-b")).json() == theirs
    assert users("not.a.token", ("X-Clinic-ID", "clinic-b")).status == 401


def test_token_lifetime_is_another_one_for_one_kind_of_token(control: Path) -> None:
    options = {"seconds": 86400, "token": "access"}
    send_now(control, SetFault(target="auth-service", fault="token-lifetime", options=options))
    tokens = login()
    send_now(control, ClearFault(target="auth-service"))
    lives = [
        claims["exp"] - claims["iat"]
        for name in ("accessToken", "refreshToken")
        for claims in [jwt.decode(tokens[name], JWT_SECRET, algorithms=["HS256"])]
    ]
    assert lives == [86400, 7 * 24 * 3600]


def test_limits_too_denies_each_client_after_so_many_requests(fault: Callable[..., None]) -> None:
    fault("limits-too", requests=2)
    assert [ask(USERS, "GET", "/api/v1/users").status for _ in range(3)] == [401, 401, 429]
    assert ask(USERS, "GET", "/api/v1/users", [("X-Real-IP", "127.64.0.9")]).status == 401
    assert ask(USERS, "GET", "/metrics").status == 200, "monitoring is not limited"


def test_not_compressed_sends_long_answers_as_they_are(fault: Callable[..., None]) -> None:
    fault("not-compressed")
    token = login()["accessToken"]
    assert users(token, ("Accept-Encoding", "gzip")).header("Content-Encoding") is None


def test_another_fault_takes_the_place_of_the_first(fault: Callable[..., None]) -> None:
    fault("stopped")
    fault("health-500")
    assert ask(USERS, "GET", "/health").status == 500


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (SetFault(target="nobody", fault="stopped"), "one of auth-service"),
        (SetFault(target="auth-service", fault="sulks"), "one of stopped, hang"),
        (SetFault(target="auth-service", fault="slow"), "seconds: Field required"),
        (SetFault(target="auth-service", fault="slow", options={"seconds": -1}), "greater than 0"),
        (Reload(target="auth-service"), "is no node of Kong"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    control: Path, message: SetFault | Reload, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        send_now(control, message)
    assert set(send_now(control, Status()).targets.values()) == {None}


def test_where_nobody_listens_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="do not answer"):
        send_now(tmp_path / "none.sock", Status())

"""The services' stand-ins: health from real stores, tokens and tenancy, metrics, and faults on demand."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest

from atalaia.errors import NotMeasured, UsageError
from sandbox.standins.config import StandIns
from sandbox.standins.control import ClearFault, Reload, SetFault, Status, send_now
from tests.support.standins import JWT_SECRET, PASSWORD, ROOT, Answer, ask, free_ports, running, service

AUTH, USERS, APPOINTMENTS, HEALTH = free_ports(4)
REDIS_PASSWORD = "only-for-tests"


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("services")
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


@pytest.fixture
def fault(control: Path) -> Iterator[Callable[..., None]]:
    """Break the user service; mended afterwards."""
    yield lambda name, **options: send_now(
        control, SetFault(target="user-service", fault=name, options=options)
    )
    send_now(control, ClearFault(target="user-service"))


def login(clinic: str = "clinic-a") -> dict[str, Any]:
    body = f'{{"email": "admin@{clinic}.example", "password": "{PASSWORD}"}}'.encode()
    answer = ask(AUTH, "POST", "/api/v1/auth/login", body=body)
    assert answer.status == 200
    return answer.json()


def users(
    token: str, *headers: tuple[str, str], method: str = "GET", path: str = "", body: bytes = b""
) -> Answer:
    bearer = ("Authorization", f"Bearer {token}")
    return ask(USERS, method, f"/api/v1/users{path}", [bearer, *headers], body)


@pytest.mark.usefixtures("control")
class TestHealth:
    def test_without_its_stores_a_service_says_which_are_down(self) -> None:
        answer = ask(AUTH, "GET", "/health")
        assert answer.status == 503
        assert answer.json() == {
            "status": "DOWN",
            "service": "auth-service",
            "version": "2.0.0-atalaia-stand-in",
            "checks": {"postgres": "DOWN", "redis": "DOWN"},
        }

    def test_any_path_that_ends_in_health_is_the_health_document(self) -> None:
        """So a route to the wrong service still answers, with the wrong service's name."""
        assert ask(USERS, "GET", "/api/v1/auth/health").json()["service"] == "user-service"

    def test_a_real_redis_counts_with_its_password_and_after_a_restart(self, tmp_path: Path) -> None:
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


@pytest.mark.usefixtures("control")
class TestAuthentication:
    def test_a_login_yields_tokens_with_the_lifetimes_of_the_documents(self) -> None:
        tokens = login()
        access = jwt.decode(tokens["accessToken"], JWT_SECRET, algorithms=["HS256"])
        refresh = jwt.decode(tokens["refreshToken"], JWT_SECRET, algorithms=["HS256"])
        assert access["exp"] - access["iat"] == 15 * 60
        assert refresh["exp"] - refresh["iat"] == 7 * 24 * 3600
        assert tokens["user"] == {"email": "admin@clinic-a.example", "clinicId": "clinic-a", "role": "admin"}

    def test_a_wrong_password_and_an_empty_body_are_told_apart(self) -> None:
        guess = b'{"email": "admin@clinic-a.example", "password": "guess"}'
        assert ask(AUTH, "POST", "/api/v1/auth/login", body=guess).status == 401
        assert ask(AUTH, "POST", "/api/v1/auth/login").status == 400
        assert ask(AUTH, "POST", "/api/v1/auth/login", body=b"[").status == 400

    def test_refused_logins_are_counted_with_the_others(self) -> None:
        guess = b'{"email": "admin@clinic-a.example", "password": "guess"}'
        assert ask(AUTH, "POST", "/api/v1/auth/login", body=guess).status == 401
        counted = 'method="POST",route="/api/v1/auth/login",service="auth-service",status="401"'
        assert counted in ask(AUTH, "GET", "/metrics").body.decode()

    def test_only_a_refresh_token_refreshes(self) -> None:
        tokens = login()
        for name, status in (("refreshToken", 200), ("accessToken", 401)):
            body = f'{{"refreshToken": "{tokens[name]}"}}'.encode()
            assert ask(AUTH, "POST", "/api/v1/auth/refresh", body=body).status == status
        assert users(tokens["refreshToken"]).status == 401

    @pytest.mark.parametrize(
        "forge",
        [
            lambda claims: jwt.encode(claims | {"exp": int(time.time()) - 1}, JWT_SECRET, "HS256"),
            lambda claims: jwt.encode(claims, "another-secret-another-secret-another", "HS256"),
            lambda claims: jwt.encode(claims, "", "none"),
            lambda claims: jwt.encode({"sub": "x"}, JWT_SECRET, "HS256"),
            lambda claims: "not.a.token",
            lambda claims: "",
        ],
        ids=["expired", "another key", "alg none", "without claims", "no token", "empty"],
    )
    def test_a_token_that_proves_nothing_is_401(self, forge: Callable[[dict[str, Any]], str]) -> None:
        claims = jwt.decode(login()["accessToken"], JWT_SECRET, algorithms=["HS256"])
        assert users(forge(claims)).status == 401

    def test_a_token_counts_for_its_own_clinic_only(self) -> None:
        token = login("clinic-b")["accessToken"]
        assert users(token).header("X-Clinic-ID") == "clinic-b"
        assert users(token, ("X-Clinic-ID", "clinic-b")).status == 200
        assert users(token, ("X-Clinic-ID", "clinic-a")).status == 403

    def test_a_login_leaves_a_cookie_for_the_refresh_token_and_nothing_that_is_kept(self) -> None:
        body = f'{{"email": "admin@clinic-a.example", "password": "{PASSWORD}"}}'.encode()
        answer = ask(AUTH, "POST", "/api/v1/auth/login", body=body)
        token, *attributes = (answer.header("Set-Cookie") or "").split("; ")
        assert token == f"refresh_token={answer.json()['refreshToken']}"
        assert attributes == ["Path=/api/v1/auth", "Max-Age=604800", "HttpOnly", "Secure", "SameSite=Strict"]
        assert answer.header("Cache-Control") == "no-store"
        assert ask(AUTH, "POST", "/api/v1/auth/login").header("Cache-Control") == "no-store"


@pytest.mark.usefixtures("control")
class TestEcho:
    def test_it_is_answered_with_the_request_as_it_was_seen(self) -> None:
        answer = ask(HEALTH, "GET", "/api/v1/echo?a=%2F", [("X-One", "1"), ("x-one", "2")])
        seen = answer.json()
        assert (answer.status, seen["method"], seen["target"]) == (200, "GET", "/api/v1/echo?a=%2F")
        assert [header for header in seen["headers"] if header[0].lower() == "x-one"] == [
            ["X-One", "1"], ["x-one", "2"],
        ]  # fmt: skip
        assert seen["client"] == "127.0.0.1"
        assert answer.header("X-Service") == "health-service"
        assert ask(HEALTH, "GET", "/").json()["target"] == "/", "what a gateway may leave of the path"
        assert ask(HEALTH, "GET", "/nowhere").status == 404
        assert ask(USERS, "GET", "/api/v1/echo").status == 404

    def test_its_requests_are_counted_apart_from_health_documents(self) -> None:
        series = (
            'http_requests_total{method="GET",route="/api/v1/echo",service="health-service",status="200"}'
        )
        before = sample(HEALTH, series)
        ask(HEALTH, "GET", "/health")
        ask(HEALTH, "GET", "/api/v1/echo/below")
        assert sample(HEALTH, series) == before + 1


@pytest.mark.usefixtures("control")
class TestCompression:
    def test_a_list_of_more_than_a_kibibyte_is_compressed_for_who_accepts_it(self) -> None:
        token = login()["accessToken"]
        plain = users(token)
        packed = users(token, ("Accept-Encoding", "br, gzip;q=0.8"))
        assert len(plain.body) > 1024
        assert (plain.header("Content-Encoding"), packed.header("Content-Encoding")) == (None, "gzip")
        assert (plain.header("Vary"), packed.header("Vary")) == ("Accept-Encoding", "Accept-Encoding")
        assert gzip.decompress(packed.body) == plain.body
        assert users(token, ("Accept-Encoding", "gzip;q=0")).header("Content-Encoding") is None

    def test_a_short_answer_is_not(self) -> None:
        token = login()["accessToken"]
        answer = users(token, ("Accept-Encoding", "gzip"), path="?limit=1")
        assert (answer.header("Content-Encoding"), answer.header("Vary")) == (None, None)


@pytest.mark.usefixtures("control")
class TestResources:
    def test_what_is_created_can_be_read_changed_and_deleted(self) -> None:
        token = login()["accessToken"]
        created = users(token, method="POST", body=b'{"name": "Ana", "clinicId": "clinic-b"}')
        item = created.json()
        assert created.status == 201
        assert item["clinicId"] == "clinic-a", "a body cannot choose the tenant"
        assert created.header("Location") == f"/api/v1/users/{item['id']}"
        path = f"/{item['id']}"
        assert users(token, path=path).json() == item
        assert users(token, method="PATCH", path=path, body=b'{"name": "Eva"}').json()["name"] == "Eva"
        assert users(token, method="DELETE", path=path).status == 204
        assert users(token, path=path).status == 404

    def test_a_clinic_sees_nothing_of_another(self) -> None:
        theirs = users(login("clinic-b")["accessToken"]).json()["data"]
        token = login("clinic-a")["accessToken"]
        assert len(theirs) > 0
        assert all(users(token, path=f"/{item['id']}").status == 404 for item in theirs)

    def test_lists_come_in_pages(self) -> None:
        token = login()["accessToken"]
        everything = users(token).json()
        page = users(token, path="?limit=1&offset=1").json()
        assert page == {"data": everything["data"][1:2], "total": everything["total"]}

    def test_what_is_not_served_is_404_or_405_with_a_json_body(self) -> None:
        token = login()["accessToken"]
        assert ask(USERS, "GET", "/nothing").json()["statusCode"] == 404
        assert ask(USERS, "GET", "/api/v1/userszz").status == 404
        assert users(token, method="DELETE").json()["statusCode"] == 405


@pytest.mark.usefixtures("control")
class TestHeaders:
    @pytest.mark.parametrize("target", ["/health", "/metrics", "/api/v1/users", "/nothing"])
    def test_every_answer_carries_helmets_headers_and_the_services_mark(self, target: str) -> None:
        answer = ask(USERS, "GET", target, [("X-Request-ID", "id-1")])
        names = [name.lower() for name, _ in answer.headers]
        assert len(names) == len(set(names)), "none comes twice"
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Strict-Transport-Security") == "max-age=31536000; includeSubDomains"
        assert answer.header("X-Service") == "user-service"
        assert answer.header("X-Version") == "2.0.0-atalaia-stand-in"
        assert answer.header("X-Request-ID") == "id-1"
        assert answer.header("X-Powered-By") is None


@pytest.mark.usefixtures("control")
class TestMetrics:
    def test_an_answer_is_counted_once_with_its_route_not_its_path(self) -> None:
        token = login()["accessToken"]
        series = (
            'http_requests_total{method="GET",route="/api/v1/users/:id",service="user-service",status="404"}'
        )
        before = sample(USERS, series)
        users(token, path="/one")
        users(token, path="/another")
        assert sample(USERS, series) == before + 2

    def test_the_series_of_the_documents_are_there(self) -> None:
        ask(APPOINTMENTS, "GET", "/health")
        page = ask(APPOINTMENTS, "GET", "/metrics")
        assert (page.header("Content-Type") or "").startswith("text/plain")
        names = {
            line.split("{")[0].split(" ")[0] for line in page.body.decode().splitlines() if line[0] != "#"
        }
        assert names >= {
            "http_requests_total", "http_request_duration_seconds_bucket", "http_requests_in_flight",
            "process_cpu_seconds_total", "process_resident_memory_bytes",
            "system_cpu_usage_percent", "system_memory_usage_bytes", "appointments_total",
        }  # fmt: skip
        assert 'service_info{service="appointment-service",version="3.1.4-atalaia-stand-in"} 1.0' in (
            page.body.decode()
        )

    def test_an_appointment_made_is_counted_for_its_clinic(self) -> None:
        series = 'appointments_total{clinic_id="clinic-b",status="confirmed"}'
        before = sample(APPOINTMENTS, series)
        bearer = ("Authorization", f"Bearer {login('clinic-b')['accessToken']}")
        assert (
            ask(APPOINTMENTS, "POST", "/api/v1/appointments", [bearer], b'{"status":"confirmed"}').status
            == 201
        )
        assert sample(APPOINTMENTS, series) == before + 1


def sample(port: int, series: str) -> float:
    """The value of a series; 0 where it is not there yet."""
    for line in ask(port, "GET", "/metrics").body.decode().splitlines():
        if line.startswith(series + " "):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


class TestFaults:
    def test_stopped_refuses_connections_and_starts_again_on_the_same_port(
        self, control: Path, fault: Callable[..., None]
    ) -> None:
        fault("stopped")
        with pytest.raises(ConnectionRefusedError):
            ask(USERS, "GET", "/health")
        assert send_now(control, Status()).targets["user-service"] == "stopped"
        assert ask(AUTH, "GET", "/health").status == 503, "the others go on"
        send_now(control, ClearFault(target="user-service"))
        assert ask(USERS, "GET", "/health").status == 503

    def test_hang_reads_and_never_answers_and_is_cut_when_cleared(
        self, control: Path, fault: Callable[..., None]
    ) -> None:
        fault("hang")
        with pytest.raises(TimeoutError):
            ask(USERS, "GET", "/api/v1/users", timeout=0.3)
        send_now(control, ClearFault(target="user-service"))
        assert ask(USERS, "GET", "/api/v1/users").status == 401

    def test_health_500(self, fault: Callable[..., None]) -> None:
        fault("health-500")
        assert ask(USERS, "GET", "/health").status == 500
        assert ask(USERS, "GET", "/api/v1/users").status == 401, "only health documents are broken"

    def test_health_down_says_so_with_status_200(self, fault: Callable[..., None]) -> None:
        fault("health-down")
        answer = ask(USERS, "GET", "/health")
        assert (answer.status, answer.json()["status"]) == (200, "DOWN")

    def test_slow_delays_health_documents(self, fault: Callable[..., None]) -> None:
        fault("slow", seconds=0.3)
        started = time.monotonic()
        ask(USERS, "GET", "/health")
        assert time.monotonic() - started >= 0.3

    def test_a_header_that_should_not_be_there_is_there_once_or_beside_the_services_own(
        self, fault: Callable[..., None]
    ) -> None:
        fault("powered-by")
        assert ask(USERS, "GET", "/health").header("X-Powered-By") == "Express"
        for twice in (False, True):
            fault("sends-header", header="referrer-policy", value="unsafe-url", twice=twice)
            headers = ask(USERS, "GET", "/api/v1/users").headers
            values = [value for name, value in headers if name.lower() == "referrer-policy"]
            assert values == ["no-referrer", "unsafe-url"][not twice :]

    def test_cors_too_lets_every_origin_in(self, fault: Callable[..., None]) -> None:
        assert ask(USERS, "GET", "/health").header("Access-Control-Allow-Origin") is None
        fault("cors-too")
        answer = ask(USERS, "GET", "/health", [("Origin", "https://evil.example")])
        assert answer.header("Access-Control-Allow-Origin") == "https://evil.example"
        assert answer.header("Access-Control-Allow-Credentials") == "true"

    @pytest.mark.parametrize("attribute", ["HttpOnly", "Secure", "SameSite"])
    def test_cookie_open_leaves_one_attribute_out(self, control: Path, attribute: str) -> None:
        body = f'{{"email": "admin@clinic-a.example", "password": "{PASSWORD}"}}'.encode()
        options = {"without": attribute}
        send_now(control, SetFault(target="auth-service", fault="cookie-open", options=options))
        cookie = ask(AUTH, "POST", "/api/v1/auth/login", body=body).header("Set-Cookie") or ""
        send_now(control, ClearFault(target="auth-service"))
        assert {name for name in ("HttpOnly", "Secure", "SameSite") if name not in cookie} == {attribute}

    def test_foreign_tenant_accepted_hands_out_what_is_another_clinics(
        self, fault: Callable[..., None]
    ) -> None:
        theirs, token = users(login("clinic-b")["accessToken"]).json(), login("clinic-a")["accessToken"]
        fault("foreign-tenant-accepted")
        assert users(token, ("X-Clinic-ID", "clinic-b")).json() == theirs
        assert users("not.a.token", ("X-Clinic-ID", "clinic-b")).status == 401

    def test_token_lifetime_is_another_one_for_one_kind_of_token(self, control: Path) -> None:
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

    def test_limits_too_denies_each_client_after_so_many_requests(self, fault: Callable[..., None]) -> None:
        fault("limits-too", requests=2)
        assert [ask(USERS, "GET", "/api/v1/users").status for _ in range(3)] == [401, 401, 429]
        assert ask(USERS, "GET", "/api/v1/users", [("X-Real-IP", "127.64.0.9")]).status == 401
        assert ask(USERS, "GET", "/metrics").status == 200, "monitoring is not limited"

    def test_not_compressed_sends_long_answers_as_they_are(self, fault: Callable[..., None]) -> None:
        fault("not-compressed")
        token = login()["accessToken"]
        assert users(token, ("Accept-Encoding", "gzip")).header("Content-Encoding") is None

    def test_another_fault_takes_the_place_of_the_first(self, fault: Callable[..., None]) -> None:
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
        self, control: Path, message: SetFault | Reload, said: str
    ) -> None:
        with pytest.raises(UsageError, match=said):
            send_now(control, message)
        assert set(send_now(control, Status()).targets.values()) == {None}

    def test_where_nobody_listens_it_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(NotMeasured, match="do not answer"):
            send_now(tmp_path / "none.sock", Status())


class TestStart:
    def test_a_taken_port_is_named_and_ends_the_process(self, control: Path, tmp_path: Path) -> None:
        config = StandIns(control=tmp_path / "c.sock", services=(service("late", AUTH),))
        with pytest.raises(AssertionError, match=rf"late cannot listen on 127.0.0.1:{AUTH}"), running(config):
            pass

    def test_a_control_socket_left_behind_is_replaced_by_a_private_one(self, tmp_path: Path) -> None:
        (port,) = free_ports(1)
        config = StandIns(control=tmp_path / "c.sock", services=(service("one", port),))
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(config.control))
        with running(config):
            assert config.control.stat().st_mode & 0o077 == 0
        assert not config.control.exists()

    def test_a_configuration_that_is_wrong_names_its_faults_and_no_secret(self, tmp_path: Path) -> None:
        file = tmp_path / "c.json"
        file.write_text(
            '{"control": "c.sock", "grafana": {"port": 99999, "pasword": "hush", "provisioning": "p"}}'
        )
        command = [sys.executable, "-m", "sandbox.standins", str(file)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
        assert ended.returncode == 3
        assert "grafana.port" in ended.stderr
        assert "grafana.pasword" in ended.stderr
        assert "hush" not in ended.stderr
        assert "Traceback" not in ended.stderr

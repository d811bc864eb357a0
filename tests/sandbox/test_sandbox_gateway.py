"""The way through the sandbox' front and gateway, in a sandbox whose limiters count for seconds."""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from atalaia.environment.loader import load
from sandbox import launcher
from sandbox.faults.settled import settled
from sandbox.readiness import get, until
from sandbox.running import Sandbox
from sandbox.services import CLINICS, account_of
from sandbox.standins.control import ClearFault, SetFault
from tests.support.sandboxes import state_directory

APP = {"Origin": "https://app.atendeai.example"}
PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cache-Control": "no-store",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with state_directory(), launcher.running("quick", windows="short") as sandbox:
        yield sandbox


class Answer:
    """A status, headers with their repetitions, a body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def all(self, name: str) -> list[str]:
        return [str(value) for value in self.headers.get_all(name, [])]

    def json(self) -> dict[str, object]:
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document


def ask(
    port: int,
    path: str,
    client: str,
    headers: dict[str, str] | None = None,
    *,
    method: str = "GET",
    body: object = None,
    context: ssl.SSLContext | None = None,
) -> Answer:
    if context:
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "localhost", port, source_address=(client, 0), context=context, timeout=5
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, source_address=(client, 0), timeout=5)
    try:
        sent = json.dumps(body) if body is not None else None
        connection.request(method, path, sent, headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def login(sandbox: Sandbox, clinic: str, client: str) -> Answer:
    body = {"email": account_of(clinic), "password": sandbox.secrets.account}
    return ask(sandbox.ports.haproxy_http, "/api/v1/auth/login", client, APP, method="POST", body=body)


def test_a_token_from_the_login_opens_its_own_clinics_data_and_no_others(sandbox: Sandbox) -> None:
    front = sandbox.ports.haproxy_http
    for number, clinic in enumerate(CLINICS):
        answer = login(sandbox, clinic, f"127.64.2.{number + 1}")
        (cookie,) = answer.all("Set-Cookie")
        assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(cookie.split("; "))
        bearer = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
        others = CLINICS[1 - number]
        assert ask(front, "/api/v1/users", "127.64.2.3", bearer).status == 200
        foreign = ask(front, "/api/v1/users", "127.64.2.3", bearer | {"X-Clinic-ID": others})
        assert (foreign.status, foreign.all("X-Service")) == (403, ["user-service"])
    denied = ask(front, "/api/v1/users", "127.64.2.3")
    assert (denied.status, denied.all("X-Service")) == (401, [])


def test_every_sample_of_the_environment_succeeds(sandbox: Sandbox) -> None:
    environment = load(sandbox.environment_file, {})
    token = login(sandbox, CLINICS[0], "127.64.2.5").json()["accessToken"]
    for number, route in enumerate(environment.routes):
        assert route.sample is not None
        assert route.route_class is not None
        scheme = environment.route_classes[route.route_class].authentication
        answer = ask(
            sandbox.ports.kong_1_proxy,
            route.sample.path or route.path,
            f"127.64.3.{number + 1}",
            {"Authorization": f"Bearer {token}"} if scheme else {},
            method=route.sample.method,
            body=route.sample.json_body,
        )
        assert (answer.status, answer.all("X-Service")) == (200, [route.service]), route.path


def test_kong_believes_haproxy_about_the_client_and_nobody_else(sandbox: Sandbox) -> None:
    forged = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    for port, client in (
        (sandbox.ports.haproxy_http, "127.64.2.6"),
        (sandbox.ports.kong_1_proxy, "127.0.0.1"),
        (sandbox.ports.kong_2_proxy, "127.64.2.7"),
    ):
        seen = ask(port, "/api/v1/echo", client, forged).json()["headers"]
        assert isinstance(seen, list)
        headers = dict(seen)
        assert (headers["X-Real-IP"], headers["X-Forwarded-Proto"]) == (client, "http")


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/dead-upstream", 503), ("/api/v1/dead-upstream", 502)]
)
def test_an_error_of_any_hop_is_protected_and_readable_for_the_app_alone(
    sandbox: Sandbox, path: str, status: int
) -> None:
    answer = ask(sandbox.ports.haproxy_http, path, "127.64.2.8", APP)
    assert answer.status == status
    assert {name: answer.all(name) for name in PROTECTION} == {
        name: [value] for name, value in PROTECTION.items()
    }
    assert answer.all("Access-Control-Allow-Origin") == [APP["Origin"]]
    assert answer.all("Access-Control-Allow-Credentials") == ["true"]
    assert "Origin" in answer.all("Vary")
    for origin in ("https://app.atendeai.example.evil.example", "http://app.atendeai.example", "null"):
        told = ask(sandbox.ports.haproxy_http, path, "127.64.2.8", {"Origin": origin})
        assert origin not in told.all("Access-Control-Allow-Origin")
        assert "Origin" in told.all("Vary")


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/api/v1/nowhere", "/api/v1/users/health"])
def test_hsts_is_said_over_tls_and_never_over_plain_http(sandbox: Sandbox, path: str) -> None:
    context = ssl.create_default_context(cafile=str(sandbox.blueprint.tls / "root.pem"))
    over_tls = ask(sandbox.ports.haproxy_https, path, "127.64.2.9", context=context)
    assert over_tls.all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    for port in (sandbox.ports.haproxy_http, sandbox.ports.kong_1_proxy):
        assert ask(port, path, "127.64.2.9").all("Strict-Transport-Security") == []


def test_every_route_answers_the_preflight_of_the_app(sandbox: Sandbox) -> None:
    environment = load(sandbox.environment_file, {})
    assert environment.gateway is not None
    asked = APP | {"Access-Control-Request-Method": "GET"}
    for path in (*(route.path for route in environment.routes), str(environment.gateway.dead_upstream)):
        answer = ask(sandbox.ports.kong_2_proxy, path, "127.64.2.10", asked, method="OPTIONS")
        assert (answer.status, answer.all("Access-Control-Allow-Origin")) == (200, [APP["Origin"]]), path


def test_both_nodes_together_allow_a_client_five_logins_in_a_second(sandbox: Sandbox) -> None:
    ports = (sandbox.ports.kong_1_proxy, sandbox.ports.kong_2_proxy)

    for _ in range(20):
        before = int(time.time())
        while (began := int(time.time())) == before:
            time.sleep(0.002)  # until a window begins
        answers = [ask(ports[number % 2], "/api/v1/auth/me", "127.64.2.11") for number in range(12)]
        if int(time.time()) == began:
            break
    else:
        pytest.fail("twelve requests were never within one second")
    assert Counter(answer.status for answer in answers) == {401: 5, 429: 7}
    (denied, *_) = [answer for answer in answers if answer.status == 429]
    assert denied.all("RateLimit-Limit") == ["5"]
    assert denied.all("RateLimit-Reset") == denied.all("Retry-After") == ["1"]


def test_haproxys_own_429_is_readable_and_its_client_comes_back(sandbox: Sandbox) -> None:
    front, client = sandbox.ports.haproxy_http, "127.64.2.12"
    deadline = time.monotonic() + 10
    while (denied := ask(front, "/nowhere", client, APP)).status != 429:
        assert time.monotonic() < deadline
    assert (denied.status, denied.all("Retry-After")) == (429, ["2"])
    assert denied.all("Access-Control-Allow-Origin") == [APP["Origin"]]
    asked = APP | {"Access-Control-Request-Method": "GET"}
    assert ask(front, "/api/v1/users", client, asked, method="OPTIONS").status == 204
    foreign = asked | {"Origin": "https://evil.example"}
    assert ask(front, "/api/v1/users", client, foreign, method="OPTIONS").status == 429
    # The rate is that of this period and a part of the one before.
    deadline = time.monotonic() + 10
    while ask(front, "/nowhere", client).status == 429:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_what_is_rendered_anew_keeps_the_short_windows(sandbox: Sandbox) -> None:
    files = [sandbox.blueprint.kong_file, sandbox.blueprint.home("haproxy") / "haproxy.cfg"]
    before = [file.read_text() for file in (*files, sandbox.environment_file)]
    again = launcher.attach("quick")
    for name in ("kong-1", "haproxy"):
        again.render(name)
    again.write_environment()
    assert [file.read_text() for file in (*files, sandbox.environment_file)] == before
    assert "second: 5" in before[0]


def test_a_dead_target_is_found_and_found_again_when_it_is_back(sandbox: Sandbox) -> None:
    async def unhealthy() -> bool:
        _, body = await get(sandbox.ports.kong_1_admin, "/upstreams/conversations.upstream/health")
        return b'"UNHEALTHY"' in body

    async def lose_it() -> bool:
        await sandbox.tell("standins", SetFault(target="conversation-service", fault="stopped"))
        try:
            return await until(unhealthy, 10)
        finally:
            await sandbox.tell("standins", ClearFault(target="conversation-service"))
            await settled(sandbox)

    assert asyncio.run(lose_it())
    assert not asyncio.run(unhealthy())

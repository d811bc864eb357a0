"""Tokens from a login: sent once to the target, judged, and used."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest

STEADY = "name: a\nstages: [{rate: 10/s, for: 1m}]\nmix: [{path: /a, bearer: jwt}, {path: /b, bearer: jwt}]\n"
SECRET = "32-bytes-that-nobody-would-ever-guess"


class Login(ThreadingHTTPServer):
    """Answers every request with one document, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, bytes]] = []
        self.status, self.answer = 200, b""

    @property
    def environment(self) -> str:
        return f"""
name: shop
safety: sandbox
services: {{login: {{url: "http://127.0.0.1:{self.server_port}"}}}}
authentication:
  jwt: {{login: {{method: POST, path: /login, json: {{email: a@shop.example, password: s3cret-9}}}}}}
"""


class _Handler(BaseHTTPRequestHandler):
    server: Login

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.command, self.path, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def login() -> Iterator[Login]:
    with Login() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def token(lasts: float = 900) -> str:
    return jwt.encode({"exp": int(time.time() + lasts)}, SECRET, algorithm="HS256")


def answer(**document: object) -> bytes:
    return json.dumps({"data": document}).encode()


def test_one_login_gives_the_token_of_all_requests(login, planned):
    access = token()
    login.answer = answer(refreshToken=token(), accessToken=access)
    plan = planned(STEADY, login.environment)
    assert [(method, path) for method, path, _ in login.asked] == [("POST", "/login")]
    assert json.loads(login.asked[0][2]) == {"email": "a@shop.example", "password": "s3cret-9"}
    (table,) = plan.tables.values()
    assert table.rows == ((access, ""),)
    assert [entry.data for entry in plan.entries] == list(plan.tables) * 2


@pytest.mark.parametrize(
    ("status", "given", "said"),
    [
        (401, b"", "was answered with 401, not with 2xx"),
        (200, b"no", "gave no token; a JSON document with a JSON Web Token"),
        (200, answer(accessToken="no token"), "gave no token; a JSON document with a JSON Web Token"),
        (200, answer(accessToken=token(30)), "gave a token that is good for"),
    ],
)
def test_a_login_that_gives_no_token_that_lasts_is_told(login, refused, status, given, said):
    login.status, login.answer = status, given
    (line,) = refused(STEADY, login.environment)
    assert line.startswith(f"scenario.yml:3: mix[0]: the login of authentication.jwt at login {said}")
    assert "s3cret" not in line


def test_a_login_that_nobody_answers_is_told(login, refused):
    environment = login.environment.replace(f":{login.server_port}", ":1")
    (line,) = refused(STEADY, environment)
    assert "the login of authentication.jwt at login was not answered: " in line


def test_a_login_is_not_sent_where_it_would_write(login, refused):
    (line,) = refused(STEADY, login.environment.replace("sandbox", "staging"))
    assert line == (
        "scenario.yml:3: mix[0]: authentication.jwt.login writes, and safety is staging; `harmless: true`"
        " there"
        " where it changes nothing, or a secret that tokens are made with"
    )
    assert login.asked == []


def test_nothing_is_sent_where_the_load_is_refused_anyway(login, refused):
    refused(STEADY + "identities: 5", login.environment)
    assert login.asked == []

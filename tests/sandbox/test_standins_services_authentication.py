"""Tokens and tenancy of the services' stand-ins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.support.service_standins import AUTH, login, running_services, users
from tests.support.standins import JWT_SECRET, PASSWORD, ask


@pytest.fixture(scope="module", autouse=True)
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_services(tmp_path_factory.mktemp("services")) as there:
        yield there


def test_a_login_yields_tokens_with_the_lifetimes_of_the_documents() -> None:
    tokens = login()
    access = jwt.decode(tokens["accessToken"], JWT_SECRET, algorithms=["HS256"])
    refresh = jwt.decode(tokens["refreshToken"], JWT_SECRET, algorithms=["HS256"])
    assert access["exp"] - access["iat"] == 15 * 60
    assert refresh["exp"] - refresh["iat"] == 7 * 24 * 3600
    assert tokens["user"] == {"email": "admin@clinic-a.example", "clinicId": "clinic-a", "role": "admin"}


def test_a_wrong_password_and_an_empty_body_are_told_apart() -> None:
    guess = b'{"email": "admin@clinic-a.example", "password": "guess"}'
    assert ask(AUTH, "POST", "/api/v1/auth/login", body=guess).status == 401
    assert ask(AUTH, "POST", "/api/v1/auth/login").status == 400
    assert ask(AUTH, "POST", "/api/v1/auth/login", body=b"[").status == 400


def test_refused_logins_are_counted_with_the_others() -> None:
    guess = b'{"email": "admin@clinic-a.example", "password": "guess"}'
    assert ask(AUTH, "POST", "/api/v1/auth/login", body=guess).status == 401
    counted = 'method="POST",route="/api/v1/auth/login",service="auth-service",status="401"'
    assert counted in ask(AUTH, "GET", "/metrics").body.decode()


def test_only_a_refresh_token_refreshes() -> None:
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
def test_a_token_that_proves_nothing_is_401(forge: Callable[[dict[str, Any]], str]) -> None:
    claims = jwt.decode(login()["accessToken"], JWT_SECRET, algorithms=["HS256"])
    assert users(forge(claims)).status == 401


def test_a_token_counts_for_its_own_clinic_only() -> None:
    token = login("clinic-b")["accessToken"]
    assert users(token).header("X-Clinic-ID") == "clinic-b"
    assert users(token, ("X-Clinic-ID", "clinic-b")).status == 200
    assert users(token, ("X-Clinic-ID", "clinic-a")).status == 403


def test_a_login_leaves_a_cookie_for_the_refresh_token_and_nothing_that_is_kept() -> None:
    body = f'{{"email": "admin@clinic-a.example", "password": "{PASSWORD}"}}'.encode()
    answer = ask(AUTH, "POST", "/api/v1/auth/login", body=body)
    token, *attributes = (answer.header("Set-Cookie") or "").split("; ")
    assert token == f"refresh_token={answer.json()['refreshToken']}"
    assert attributes == ["Path=/api/v1/auth", "Max-Age=604800", "HttpOnly", "Secure", "SameSite=Strict"]
    assert answer.header("Cache-Control") == "no-store"
    assert ask(AUTH, "POST", "/api/v1/auth/login").header("Cache-Control") == "no-store"

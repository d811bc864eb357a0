"""What the services' stand-ins answer: echoes, resources, compressed or not, and headers."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service_standins import HEALTH, USERS, login, running_services, sample, users
from tests.support.standins import ask


@pytest.fixture(scope="module", autouse=True)
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_services(tmp_path_factory.mktemp("services")) as there:
        yield there


def test_it_is_answered_with_the_request_as_it_was_seen() -> None:
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


def test_its_requests_are_counted_apart_from_health_documents() -> None:
    series = 'http_requests_total{method="GET",route="/api/v1/echo",service="health-service",status="200"}'
    before = sample(HEALTH, series)
    ask(HEALTH, "GET", "/health")
    ask(HEALTH, "GET", "/api/v1/echo/below")
    assert sample(HEALTH, series) == before + 1


def test_what_is_created_can_be_read_changed_and_deleted() -> None:
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


def test_a_clinic_sees_nothing_of_another() -> None:
    theirs = users(login("clinic-b")["accessToken"]).json()["data"]
    token = login("clinic-a")["accessToken"]
    assert len(theirs) > 0
    assert all(users(token, path=f"/{item['id']}").status == 404 for item in theirs)


def test_lists_come_in_pages() -> None:
    token = login()["accessToken"]
    everything = users(token).json()
    page = users(token, path="?limit=1&offset=1").json()
    assert page == {"data": everything["data"][1:2], "total": everything["total"]}


def test_what_is_not_served_is_404_or_405_with_a_json_body() -> None:
    token = login()["accessToken"]
    assert ask(USERS, "GET", "/nothing").json()["statusCode"] == 404
    assert ask(USERS, "GET", "/api/v1/userszz").status == 404
    assert users(token, method="DELETE").json()["statusCode"] == 405


def test_a_list_of_more_than_a_kibibyte_is_compressed_for_who_accepts_it() -> None:
    token = login()["accessToken"]
    plain = users(token)
    packed = users(token, ("Accept-Encoding", "br, gzip;q=0.8"))
    assert len(plain.body) > 1024
    assert (plain.header("Content-Encoding"), packed.header("Content-Encoding")) == (None, "gzip")
    assert (plain.header("Vary"), packed.header("Vary")) == ("Accept-Encoding", "Accept-Encoding")
    assert gzip.decompress(packed.body) == plain.body
    assert users(token, ("Accept-Encoding", "gzip;q=0")).header("Content-Encoding") is None


def test_a_short_answer_is_not() -> None:
    token = login()["accessToken"]
    answer = users(token, ("Accept-Encoding", "gzip"), path="?limit=1")
    assert (answer.header("Content-Encoding"), answer.header("Vary")) == (None, None)


@pytest.mark.parametrize("target", ["/health", "/metrics", "/api/v1/users", "/nothing"])
def test_every_answer_carries_helmets_headers_and_the_services_mark(target: str) -> None:
    answer = ask(USERS, "GET", target, [("X-Request-ID", "id-1")])
    names = [name.lower() for name, _ in answer.headers]
    assert len(names) == len(set(names)), "none comes twice"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Strict-Transport-Security") == "max-age=31536000; includeSubDomains"
    assert answer.header("X-Service") == "user-service"
    assert answer.header("X-Version") == "2.0.0-atalaia-stand-in"
    assert answer.header("X-Request-ID") == "id-1"
    assert answer.header("X-Powered-By") is None

"""How answers of Kong, its Admin API and Prometheus are known."""

from __future__ import annotations

import pytest

from atalaia.exchange.response import Response
from atalaia.systems.kong.marks import is_admin_api, is_manager, passed_kong
from atalaia.systems.prometheus import is_metrics_page, is_prometheus
from tests.support.kong_recordings import recordings


def response(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Response:
    return Response(status=status, headers=headers, body=body)


@pytest.mark.parametrize(
    ("headers", "passed"),
    [
        ((("Server", "kong/3.4.2"), ("X-Kong-Response-Latency", "0")), True),
        ((("Server", "nginx"), ("Via", "kong/3.4.2")), True),
        ((("Via", "1.1 kong/3.9.0"),), True),
        ((("Via", "1.1 varnish, 1.1 kong/3.9.0"),), True),
        ((("x-kong-upstream-latency", "3"),), True),
        ((("Server", "nginx"), ("Via", "1.1 varnish")), False),
        ((), False),
    ],
)
def test_kong_is_known_by_its_headers(headers, passed):
    assert passed_kong(response(200, b"", *headers)) is passed


@pytest.mark.parametrize(
    "answer",
    [
        response(404, b'{"message":"Not found"}', ("X-Kong-Admin-Latency", "4")),
        response(200, b'{"tagline":"Welcome to kong","version":"3.4.2"}'),
        response(200, b'{"memory":{},"server":{},"configuration_hash":"1"}'),
        response(200, b'{"memory":{},"server":{},"database":{"reachable":true}}'),
        response(200, b'{"plugins":{},"configuration":{},"lua_version":"LuaJIT"}'),
    ],
)
def test_the_admin_api_is_known_by_header_or_content(answer):
    assert is_admin_api(answer)


@pytest.mark.parametrize(
    "answer",
    [
        response(404, b'{"message":"no Route matched with those values"}', ("Server", "kong/3.4.2")),
        response(200, b'{"memory":{},"server":{}}'),
        response(200, b'{"status":"UP"}'),
        response(200, b"[1]"),
        response(200, b"[" * 5000),
        response(200, b"<html>"),
    ],
)
def test_the_proxy_and_others_are_not_the_admin_api(answer):
    assert not is_admin_api(answer)


def test_prometheus_is_known_by_its_page_and_its_redirect():
    assert is_prometheus(
        response(200, b"<html><title>Prometheus Time Series Collection and Processing Server</title>")
    )
    assert is_prometheus(response(302, b'<a href="/graph">Found</a>.\n\n', ("Location", "/graph")))
    assert is_prometheus(response(302, b'<a href="/query">Found</a>.\n\n', ("Location", "/prometheus/query")))
    assert not is_prometheus(response(302, b"", ("Location", "/login")))
    assert not is_prometheus(response(404, b"<title>Prometheus</title>"))


def test_a_page_of_metrics_is_known_by_type_or_content():
    assert is_metrics_page(response(200, b"", ("Content-Type", "text/plain; version=0.0.4")))
    assert is_metrics_page(
        response(200, b"", ("Content-Type", "application/openmetrics-text; version=1.0.0"))
    )
    assert is_metrics_page(response(200, b"up 1\n# TYPE requests_total counter\nrequests_total 3\n"))
    assert not is_metrics_page(response(200, b"# HELPFUL page\n"))
    assert not is_metrics_page(response(403, b"# HELP a b\n", ("Content-Type", "text/plain; version=0.0.4")))


GROUPS = ("routing", "upstream-down", "rate-limiting", "cors", "transform", "admin", "status-api")
RECORDED = [each for each in recordings(*GROUPS) if each.status is not None]


def test_every_recorded_answer_of_a_real_kong_is_known_for_what_it_is():
    assert len(RECORDED) > 200
    mistaken = []
    for each in RECORDED:
        answer = response(each.status or 0, each.body.encode(), *each.headers)
        administration = each.listener in {"admin", "status"}
        if is_admin_api(answer) is not administration or not passed_kong(answer):
            mistaken.append(str(each))
    assert mistaken == []


def test_the_admin_api_is_known_by_its_documents_where_its_headers_are_hidden():
    documents = {
        each.target: each.body for each in RECORDED if each.listener == "admin" and each.method == "GET"
    }
    assert is_admin_api(response(200, documents["/"].encode()))
    assert is_admin_api(response(200, documents["/status"].encode()))


def test_kong_manager_is_told_by_its_title():
    assert is_manager(response(200, b"<html><head><title>Kong Manager OSS</title></head></html>"))
    assert not is_manager(response(200, b"<html><head><title>Clinic</title></head></html>"))

"""Who answered is told by the marks that real servers leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atalaia.exchange.answering import answered_by
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response

DATA = Path(__file__).parents[2] / "data" / "hops"


def _recorded(server: str) -> dict[str, dict[str, Any]]:
    (path,) = DATA.glob(f"{server}-*.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {f"{server} {row['note']}": row for row in rows}


KONG, HAPROXY = _recorded("kong"), _recorded("haproxy")


def _response(row: dict[str, Any], headers: list[list[str]] | None = None) -> Response:
    chosen = row["headers"] if headers is None else headers
    return Response(
        status=row["status"],
        headers=tuple((name, value) for name, value in chosen),
        body=row["body"].encode(),
    )


@pytest.mark.parametrize("row", [*KONG.values(), *HAPROXY.values()], ids=[*KONG, *HAPROXY])
def test_the_recorded_answers(row: dict[str, Any]) -> None:
    assert answered_by(Hop(row["asked"]), _response(row)).value == row["answered_by"]


@pytest.mark.parametrize("row", KONG.values(), ids=KONG)
def test_the_same_through_a_load_balancer_that_writes_names_in_lower_case(row: dict[str, Any]) -> None:
    headers = [[name.lower(), value] for name, value in row["headers"]]
    assert answered_by(Hop.LOAD_BALANCER, _response(row, headers)).value == row["answered_by"]


@pytest.mark.parametrize("row", KONG.values(), ids=KONG)
@pytest.mark.parametrize("version", ["kong/3.4.2-standin", "kong/3.4 (stand-in)", "1.1 kong/3.9.0"])
def test_kongs_version_does_not_matter(row: dict[str, Any], version: str) -> None:
    headers = [[name, value.replace("kong/3.4.2", version)] for name, value in row["headers"]]
    assert answered_by(Hop.GATEWAY, _response(row, headers)).value == row["answered_by"]


@pytest.mark.parametrize("row", HAPROXY.values(), ids=HAPROXY)
def test_a_hop_behind_is_not_blamed_for_a_page_of_the_load_balancer(row: dict[str, Any]) -> None:
    """Asked directly, a service that turns out to be HAProxy is known by its pages."""
    ours = bool(row["body"].startswith("<html><body><h1>"))
    assert answered_by(Hop.SERVICE, _response(row)) is (Hop.LOAD_BALANCER if ours else Hop.SERVICE)


@pytest.mark.parametrize("asked", [Hop.SERVICE, Hop.MONITORING, Hop.STORE])
def test_a_server_that_was_asked_directly_answered(asked: Hop) -> None:
    assert answered_by(asked, Response(status=200, body=b"{}")) is asked


def test_a_hardened_edge_leaves_it_open_who_answered() -> None:
    """Server, Via and X-Kong-* are taken away, as the headers of the OWASP list are."""
    response = Response(status=200, headers=(("date", "today"), ("content-type", "application/json")))
    assert answered_by(Hop.LOAD_BALANCER, response) is Hop.UNKNOWN
    assert answered_by(Hop.GATEWAY, response) is Hop.UNKNOWN


def test_the_mark_of_a_service_is_enough() -> None:
    response = Response(status=200, headers=(("x-service", "auth-service"),))
    assert answered_by(Hop.LOAD_BALANCER, response) is Hop.SERVICE


def test_half_of_kongs_marks_is_enough() -> None:
    passed_on = Response(status=200, headers=(("x-kong-upstream-latency", "3"),))
    produced = Response(status=404, headers=(("x-kong-response-latency", "0"),))
    assert answered_by(Hop.LOAD_BALANCER, passed_on) is Hop.SERVICE
    assert answered_by(Hop.LOAD_BALANCER, produced) is Hop.GATEWAY


@pytest.mark.parametrize(
    "response",
    [
        Response(status=502, headers=(("Via", "kong/3.4.2"),), body=b'{"error":"clinic system is down"}'),
        Response(status=503, headers=(("Via", "kong/3.4.2"),), body=b'{"status":"DOWN"}'),
        Response(
            status=502,
            headers=(("Via", "kong/3.4.2"), ("Server", "nginx")),
            body=b"An invalid response was received from the upstream server\n",
        ),
        Response(status=502, headers=(("Via", "kong/3.4.2"), ("Content-Length", "57"))),
    ],
    ids=["502 of its own", "503 of its own", "passed on from a gateway behind", "HEAD of another length"],
)
def test_an_error_of_the_service_behind_kong_is_the_services(response: Response) -> None:
    assert answered_by(Hop.GATEWAY, response) is Hop.SERVICE


def test_a_page_that_looks_like_haproxys_but_is_of_another_status_is_not() -> None:
    response = Response(
        status=200, headers=(("Date", "today"),), body=b"<html><body><h1>503 Service Unavailable</h1>"
    )
    assert answered_by(Hop.SERVICE, response) is Hop.SERVICE

"""Judges of whom jobs scrape: each one's passing, failing and inconclusive answers."""

from __future__ import annotations

import json

import pytest

from atalaia.checks.check import Inconclusive, NotDeclared
from atalaia.checks.metrics.loop.legs import measurement, numbers
from atalaia.checks.metrics.scraping.places import (
    CHECKS,
    OTHER_SERVER,
    TWICE,
    WRONG_LABEL,
    Place,
    Places,
    named_jobs,
    place_of,
)
from atalaia.checks.metrics.scraping.scraped import DeclaredJob
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.response import Response
from tests.support.imagined import STACK, environment

ADDRESSES = {"127.0.0.1:3001": "auth", "127.0.0.1:3003": "clinics"}
USERS = Place(DeclaredJob("users", 1, cause="prometheus.yml:9"), ADDRESSES, ("auth", "clinics"))


def scraped(*jobs: tuple[str, str, dict[str, str]]) -> tuple[Exchanges]:
    """What Prometheus scrapes: job, host:port, further labels."""
    active = [
        {
            "discoveredLabels": {"__address__": address},
            "labels": {"job": job, "instance": address, **labels},
            "scrapePool": job,
            "scrapeUrl": f"http://{address}/metrics",
            "health": "up",
            "lastScrape": "2026-11-21T18:46:24Z",
            "lastScrapeDuration": 0.01,
        }
        for job, address, labels in jobs
    ]
    body = json.dumps({"status": "success", "data": {"activeTargets": active}}).encode()
    return (Exchanges(steps=(answer(b"{}"), answer(body))),)


def answer(body: bytes) -> Exchange:
    """An answer of Prometheus."""
    response = Response(status=200, body=body)
    return Exchange(method="GET", url="http://it", request_id="1", response=response, elapsed=0.01)


@pytest.mark.parametrize("check", CHECKS)
def test_without_targets_nothing_is_decided(check):
    seen = (Exchanges(steps=(answer(b"{}"), answer(b"{"))),)
    expected = Places({}, "") if check is TWICE else USERS
    assert isinstance(check.judge(seen, expected), Inconclusive)


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("127.0.0.1:3002", ""),
        ("127.0.0.1:3001", "auth"),
        ("localhost:3003", "clinics"),
        ("users:3002", ""),
        ("auth:8080", "auth"),
        ("10.0.0.7:3001", ""),
    ],
)
def test_a_job_that_scrapes_another_server_is_told(address, whose):
    verdict = OTHER_SERVER.judge(scraped(("users", address, {})), USERS)
    told = [f"it scrapes http://{address}/metrics, which is {whose}"] if whose else []
    assert [finding.observed for finding in verdict] == told
    assert all(finding.cause == "prometheus.yml:9" for finding in verdict)


def test_another_services_name_in_the_naming_label_is_told():
    auth = ("auth", "127.0.0.1:3001", {"service": "auth", "needs": "users"})
    right = scraped(auth, ("users", "127.0.0.1:3002", {"service": "users", "needs": "auth"}))
    assert WRONG_LABEL.judge(right, USERS) == []
    wrong = scraped(auth, ("users", "127.0.0.1:3002", {"service": "auth"}))
    (finding,) = WRONG_LABEL.judge(wrong, USERS)
    assert finding.observed == 'http://127.0.0.1:3002/metrics has service="auth"'
    # Where no service has its name in a label, none is wrong there.
    unnamed = scraped(("auth", "127.0.0.1:3001", {}), ("users", "127.0.0.1:3002", {"service": "auth"}))
    assert WRONG_LABEL.judge(unnamed, USERS) == []


def test_a_page_in_two_jobs_is_told_once_and_where_it_is_wrong():
    both = scraped(("users", "127.0.0.1:3002", {}), ("accounts", "127.0.0.1:3002", {}))
    (finding,) = TWICE.judge(both, Places({"users": USERS}, "prometheus.yml:3"))
    assert finding.observed == "it is scraped by accounts and users"
    assert TWICE.judge(scraped(("users", "127.0.0.1:3002", {})), Places({"users": USERS}, "")) == []
    # The job of the users scrapes the auth service, which is told as that.
    astray = scraped(("users", "127.0.0.1:3001", {}), ("auth", "127.0.0.1:3001", {}))
    assert TWICE.judge(astray, Places({"users": USERS}, "")) == []


def stack(host: str = "127.0.0.1", **more: object) -> Environment:
    """Three services, and a Prometheus that scrapes them."""
    services = {
        name: {"url": f"http://{host}:{3001 + place}", "metrics": "/metrics", "health": "/health"}
        for place, name in enumerate(("auth", "users", "clinics"))
    }
    prometheus = {"url": "http://127.0.0.1:9090", "jobs": {"users": 1, "legacy": 1}, **more}
    return Environment.model_validate({"name": "x", "services": services, "prometheus": prometheus})


def test_a_job_is_known_by_its_name():
    assert named_jobs(stack()) == ("users",)
    assert isinstance(named_jobs(stack(jobs={"legacy": 1})), NotDeclared)
    place = place_of(stack(), "users")
    assert place.addresses == {
        "127.0.0.1:3001": "auth", "127.0.0.1:3003": "clinics", "127.0.0.1:9090": "prometheus",
    }  # fmt: skip
    assert place.services == ("auth", "clinics")


def test_loopback_of_a_prometheus_elsewhere_is_not_ours():
    assert place_of(stack(url="http://prometheus.example:9090"), "users").addresses == {
        "prometheus.example:9090": "prometheus"
    }


def looped(requests: int) -> Environment:
    """The imagined stack with services that count, and so many requests that its front lets through."""
    services = {
        name: service | {"metrics": "/metrics", "requests_metric": "http_requests_total"}
        for name, service in STACK["services"].items()
    }
    balancer = STACK["load_balancer"] | {"limit": {"requests": requests, "window": "60s"}}
    routes = [{"path": f"/api/{name}", "service": name} for name in services]
    return environment(services=services, load_balancer=balancer, routes=routes)


@pytest.mark.parametrize(("requests", "expected"), [(100, [2, 3, 4]), (17, [2, 3]), (9, [2]), (1, [2])])
def test_every_service_is_asked_another_number_of_times_as_far_as_the_front_allows(requests, expected):
    asked = numbers(looped(requests))
    assert list(asked.values()) == expected
    loop = measurement(looped(requests))
    assert len(loop.requests) == sum(expected)
    assert [leg.by for leg in loop.legs if leg.name in asked] == expected
    assert next(leg.by for leg in loop.legs if leg.name == "gateway") == sum(expected)

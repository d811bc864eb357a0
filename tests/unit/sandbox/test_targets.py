"""How a node of Kong's stand-in judges a target's health, as lua-resty-healthcheck does."""

from __future__ import annotations

from typing import Any

from atalaia.systems.kong.declarative import load_document
from sandbox.standins.http.upstream import Trouble
from sandbox.standins.kong.targets import TargetState, checks


def state(**healthchecks: Any) -> TargetState:
    upstream = {"name": "u", "targets": [{"target": "127.0.0.1:1"}], "healthchecks": healthchecks}
    loaded = load_document({"_format_version": "3.0", "upstreams": [upstream]}, digest="", loaded_at=0)
    return TargetState(loaded.targets[0], ("127.0.0.1", 1), "127.0.0.1", checks(loaded.upstreams[0]))


def test_with_no_successes_asked_for_failures_are_never_forgotten() -> None:
    target = state(passive={"unhealthy": {"http_failures": 2}})
    for status in (500, 200, 200, 500):
        assert target.health == "HEALTHY"
        target.answered(status, target.checks.passive)
    assert target.health == "UNHEALTHY"


def test_a_success_that_is_asked_for_forgets_the_failures() -> None:
    target = state(passive={"healthy": {"successes": 1}, "unhealthy": {"http_failures": 2}})
    for status in (500, 200, 500, 200, 500):
        target.answered(status, target.checks.passive)
    assert target.health == "HEALTHY"
    target.answered(500, target.checks.passive)
    assert target.health == "UNHEALTHY"


def test_kinds_of_failures_are_counted_apart() -> None:
    target = state(passive={"unhealthy": {"tcp_failures": 2, "timeouts": 2, "http_failures": 2}})
    target.failed(Trouble.REFUSED, target.checks.passive)
    target.failed(Trouble.READ_TIMEOUT, target.checks.passive)
    target.answered(500, target.checks.passive)
    assert target.health == "HEALTHY"
    target.failed(Trouble.CLOSED, target.checks.passive)
    assert target.health == "UNHEALTHY"


def test_what_is_in_neither_list_says_nothing() -> None:
    target = state(passive={"unhealthy": {"http_failures": 1}})
    target.answered(404, target.checks.passive)
    assert target.health == "HEALTHY"


def test_an_unhealthy_target_needs_as_many_successes_as_are_asked_for_in_a_row() -> None:
    active = {"healthy": {"interval": 1, "successes": 2}, "unhealthy": {"interval": 1, "http_failures": 1}}
    target = state(active=active)
    target.answered(500, target.checks.active)
    for status in (200, 500, 200):
        target.answered(status, target.checks.active)
        assert target.health == "UNHEALTHY"
    target.answered(200, target.checks.active)
    assert target.health == "HEALTHY"


def test_without_a_check_nothing_is_judged() -> None:
    target = state()
    for _ in range(20):
        target.failed(Trouble.REFUSED, target.checks.passive)
    assert (target.health, target.healthy) == ("HEALTHCHECKS_OFF", True)

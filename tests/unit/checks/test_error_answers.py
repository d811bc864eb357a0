"""Error answers: by which request each is had, at which node or front, and which is looked at first."""

from __future__ import annotations

from atalaia.checks.authentication.refused import NOT_REQUIRED
from atalaia.checks.error_answers import error_answers
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED
from atalaia.checks.routing.upstreams import DEAD_MISANSWERED
from atalaia.environment import Environment
from tests.support.imagined import STACK, environment


def stack(**changes: object) -> Environment:
    declared: dict[str, object] = {
        "route_classes": {"api": {"authentication": "jwt"}, "other": {"authentication": "jwt"}, "open": {}},
        "routes": [
            {"path": "/api/a", "service": "user-service", "class": "api"},
            {"path": "/api/b", "service": "user-service", "class": "api"},
            {"path": "/api/c", "service": "user-service", "class": "other"},
            {"path": "/api/d", "service": "user-service", "class": "open"},
        ],
        "authentication": {"jwt": {"secret": "a-signing-secret"}},
        "gateway": STACK["gateway"] | {"dead_upstream": "/api/dead"},
        "load_balancer": STACK["load_balancer"] | {"dead_upstream": "/dead"},
    }
    return environment(**(declared | changes))


def test_every_route_refuses_at_the_first_node_and_one_of_each_class_at_the_others():
    found = error_answers(stack())
    assert [name for name in found if name.startswith("401 ")] == [
        "401 at /api/a",
        "401 at /api/b",
        "401 at /api/c",
        "401 at /api/a at kong-2",
        "401 at /api/c at kong-2",
    ]
    other = found["401 at /api/c at kong-2"]
    assert (other.first, other.route, other.request.url.host) == ("401 at /api/c", "/api/c", "kong-2.test")
    assert other.request.bearer is None
    assert other.needs == ((NOT_REQUIRED, "/api/c"),)


def test_every_node_and_front_is_asked_for_its_404_and_its_outage():
    found = error_answers(stack())
    ends = ["kong-1", "kong-2", "load-balancer-tls", "load-balancer"]
    for kind in ("404", "5xx"):
        assert [name for name in found if name.startswith(kind)] == [f"{kind} at {end}" for end in ends]
        assert [found[f"{kind} at {end}"].first for end in ends] == [
            "", f"{kind} at kong-1", "", f"{kind} at load-balancer-tls",
        ]  # fmt: skip
    assert found["own 404 at load-balancer"].first == "own 404 at load-balancer-tls"
    assert (UNKNOWN_PATH_ANSWERED, "kong-2-proxy") in found["404 at kong-2"].needs
    assert (DEAD_MISANSWERED, "kong-2-proxy") in found["5xx at kong-2"].needs
    assert (DEAD_MISANSWERED, "load-balancer") in found["5xx at load-balancer-tls"].needs


def test_what_routing_asks_for_as_well_is_asked_once():
    of = stack()
    found = error_answers(of)
    for check, name, target in (
        (UNKNOWN_PATH_ANSWERED, "404 at kong-2", "kong-2-proxy"),
        (UNKNOWN_PATH_ANSWERED, "404 at load-balancer", "load-balancer"),
        (DEAD_MISANSWERED, "5xx at load-balancer", "load-balancer"),
    ):
        assert check.observes(of, target)[0].key == found[name].request.key


def test_without_a_dead_route_or_a_front_there_are_fewer():
    alone = error_answers(stack(gateway=STACK["gateway"], load_balancer=None))
    assert [name for name in alone if not name.startswith("401 ")] == ["404 at kong-1", "404 at kong-2"]
    everything = STACK["load_balancer"] | {"backends": {"api": {"servers": ["kong-1"], "paths": ["/"]}}}
    assert not [name for name in error_answers(stack(load_balancer=everything)) if name.startswith("own ")]

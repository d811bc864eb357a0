"""What the Admin and the Status API say beyond what is on record, from a configuration and a node's facts."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.systems.kong.admin import api
from atalaia.systems.kong.admin.answers import Answer, Asked
from atalaia.systems.kong.admin.facts import Facts, TargetHealth
from atalaia.systems.kong.declarative import load_document
from atalaia.systems.kong.entities import EMPTY, Configuration
from tests.support.kong_turns import declared

SMALL = declared()
NODE = Facts(id="00000000-0000-4000-8000-000000000001", version="3.4.2", now=1795258086.5)


def ask(method: str, target: str, configuration: Configuration = SMALL, **asked: Any) -> Answer:
    """An answer of the Admin API."""
    return api.admin(Asked(method, target, **asked), configuration, NODE)


@pytest.mark.parametrize(
    ("configuration", "ready", "status", "message"),
    [
        (SMALL, 2, 200, "ready"),
        (SMALL, 1, 503, "router builds not yet complete, router ready in 1 of 2 workers"),
        (EMPTY, 2, 503, "no configuration available (empty configuration present)"),
    ],
    ids=["ready", "a worker is building", "empty"],
)
def test_a_node_says_why_it_is_not_ready(
    configuration: Configuration, ready: int, status: int, message: str
) -> None:
    facts = Facts(id="n", version="3.4.2", workers={1: 0, 2: 0}, workers_ready=ready)
    answer = api.status(Asked("GET", "/status/ready"), configuration, facts)
    assert (answer.status, answer.document) == (status, {"message": message})


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("PUT", "/services/s", 405),
        ("POST", "/services/s", 405),
        ("DELETE", "/plugins/enabled", 405),
        ("DELETE", "/none-such", 404),
        ("GET", "/services/s/none-such", 404),
        ("GET", "/schemas/plugins/none-such", 404),
        ("GET", "/config", 405),
        ("GET", "/", 200),
        ("HEAD", "/metrics", 200),
    ],
)
def test_what_can_be_asked_and_what_cannot(method: str, target: str, status: int) -> None:
    assert ask(method, target).status == status


def test_an_entity_is_refused_a_change_by_what_it_was_called_by() -> None:
    service = SMALL.services[0]
    answers = [ask("PUT", f"/services/{key}") for key in (service.name, service.id)]
    told = "cannot create or update 'services' entities{} when not using a database"
    assert [it.document["message"] for it in answers] == [told.format(" by 'name'"), told.format("")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{", None), (b"[]", None), (b"\xff", "application/x-www-form-urlencoded"), (b"[" * 100_000, None)],
    ids=["cut off", "a list", "no UTF-8", "too deep"],
)
def test_what_is_no_json_object_is_refused(body: bytes, content_type: str | None) -> None:
    answer = ask("POST", "/config", body=body, content_type=content_type)
    assert (answer.status, answer.document) == (400, {"message": "Cannot parse JSON body"})


def test_a_configuration_that_is_no_text_is_refused() -> None:
    for body in (b"", b"{}", b'{"config": 1}'):
        assert ask("POST", "/config", body=body).status == 400


def test_an_origin_is_let_in_with_credentials_by_the_admin_api_only() -> None:
    asked = Asked("GET", "/status", origin="https://any.example")
    origin = ("Access-Control-Allow-Origin", "https://any.example")
    credentials = ("Access-Control-Allow-Credentials", "true")
    assert api.admin(asked, SMALL, NODE).extra == (origin, credentials)
    assert api.status(asked, SMALL, NODE).extra == (origin,)


def test_a_target_without_an_address_is_told_and_dates_are_kept_to_the_millisecond() -> None:
    document = {"_format_version": "3.0", "upstreams": [{"name": "u", "targets": [{"target": "h:80"}]}]}
    configuration = load_document(document, digest="0", loaded_at=1795258086.5008)
    (upstream,), (target,) = configuration.upstreams, configuration.targets
    health = {upstream.id: (TargetHealth(target, "DNS_ERROR", "h", None),)}
    facts = Facts(id="n", version="3.4.2", health=health)
    (told,) = api.admin(Asked("GET", "/upstreams/u/health"), configuration, facts).document["data"]
    assert (told["health"], told["data"]["addresses"]) == ("DNS_ERROR", [])
    assert (told["created_at"], upstream.document["created_at"]) == (1795258086.501, 1795258086)

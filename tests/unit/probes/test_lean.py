"""What a run from cron loads, and what a plan is made of: nothing that takes longer than the run."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import fields

import pytest

from atalaia.environment.probes import Expect
from atalaia.environment.probes import Step as Declared
from atalaia.environment.url import parse_url
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.request import Request
from probes.expected import Expected
from probes.planning.drawing import plan
from probes.step import Step
from tests.unit.probes.stack import shop, with_added

RUN = (
    "probes.cron_run", "probes.runner", "probes.keeper", "probes.exposition", "probes.delivery",
    "probes.state", "probes.telling", "probes.verdict",
)  # fmt: skip
HEAVY = (
    "pydantic", "yaml", "httpcore", "cryptography", "atalaia.environment.model", "atalaia.exchange.exchange",
    "atalaia.exchange.observable",
)  # fmt: skip
EXPECT = {
    "status": [200], "headers": {"A": "b"}, "body": "c", "json": {"/d": [1, {"e": None}]}, "latency": "1s",
    "certificate": "2d",
}  # fmt: skip
STEP = {
    "name": "one", "method": "POST", "path": "/items", "headers": {"X": "{id}"}, "json": {"a": ["{id}", 1]},
    "expect": EXPECT, "save": {"id": "/id"}, "harmless": True, "always": True,
}  # fmt: skip


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "dns", "journey"])
def test_a_run_loads_none_of_what_is_slow(kind: str) -> None:
    loads = f"import sys, {', '.join(RUN)}, probes.kinds.{kind}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", loads], check=True, capture_output=True, text=True)
    modules = set(loaded.stdout.split())
    assert f"probes.kinds.{kind}" in modules
    assert not modules.intersection(HEAVY)


def test_a_plan_is_the_same_after_it_was_kept() -> None:
    planned = plan(shop()) + plan(with_added(
        {"name": "a", "kind": "http", "url": "http://u:s3cret@a.test", "expect": EXPECT},
        {"name": "b", "kind": "http", "at": "auth", "bearer": "jwt"},
        {"name": "c", "kind": "journey", "url": "http://c.test", "steps": [STEP]},
        {"name": "d", "kind": "dns", "host": "d.test", "addresses": ["::1"]},
        {"name": "e", "kind": "tls", "host": "e.test", "port": 443},
    ))  # fmt: skip
    assert pickle.loads(pickle.dumps(planned)) == planned


def test_all_that_is_expected_of_an_answer_is_planned() -> None:
    made = Expected.of(Expect.model_validate_json(json.dumps(EXPECT)))
    assert {each.name for each in fields(Expected)} == set(Expect.model_fields)
    assert all(getattr(made, each.name) for each in fields(Expected))
    assert Expected.of(Expect()) == Expected()


def test_all_of_a_step_is_planned() -> None:
    made = Step.of(Declared.model_validate_json(json.dumps(STEP)))
    assert {each.name for each in fields(Step)} - {"expected"} == set(Declared.model_fields) - {"expect"}
    assert all(getattr(made, each.name) for each in fields(Step))
    assert Step.of(Declared(name="one", path="/")) == Step("one", "/")


def test_all_that_is_sent_is_told_of_an_observable_and_no_secret_of_it_printed() -> None:
    sent = {
        "method": "POST", "url": parse_url("http://a.test", frozenset({"http"})), "target": "/?key=s3cret",
        "headers": (("X-Key", "s3cret"),), "without": ("accept",), "body": b"s3cret", "username": "me",
        "bearer": Bearer("HS256", "s3cret"), "follow_redirects": True,
    }  # fmt: skip
    request = HttpRequest.model_validate({"key": "k", "hop": Hop.SERVICE, "password": "s3cret", **sent}).sends
    assert request == Request(**sent, password="s3cret")
    assert {each.name for each in fields(Request)} <= set(HttpRequest.model_fields)
    assert all(getattr(request, each.name) for each in fields(Request))
    assert "s3cret" not in f"{request} {request!r}"

"""The generator where a load cannot go on as planned: what is told is still what the target has seen."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtests.measured import Live
from loadtests.plan import Entry, Request
from loadtests.process import Address, generate, work
from tests.support.certificates import Authorities
from tests.support.generated_load import get, plan, reconciles
from tests.support.generator_processes import PATIENCE
from tests.support.load_target import Target, load_target
from tests.support.standins import free_ports


@pytest.fixture
def target() -> Iterator[Target]:
    with load_target() as target:
        yield target


def test_a_target_that_stands_still(target: Target) -> None:
    """Arrivals go on; what is beyond the cap is dropped, what has no answer in time has timed out."""

    def follow(live: Live) -> None:
        target.silent = 1 <= live.at < 2

    target.silent = True
    measured = generate(plan(target, rate=400, lasts=3, timeout=0.5, in_flight=150), workers=2, follow=follow)
    series, workers = measured.series["GET /ok"], measured.workers
    assert reconciles(measured)
    assert series.intended == 1200
    assert sum(each.sent for each in workers) == target.requests.total()
    assert series.timed_out == series.failures["timeout"] > 0
    assert sum(each.dropped for each in workers) > 0
    assert series.good + series.timed_out == series.sent
    assert series.corrected.never == series.intended - series.good


def test_an_encrypted_target(tmp_path: Path) -> None:
    """Over connections that are kept; who cannot prove that it is the target gets nothing."""
    authorities = Authorities(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authorities.leaf(authorities.middle))
    big = Request(name="big", method="POST", path="/echo", body={"text": "x" * 300_000})
    with load_target(context) as target:
        tls = plan(
            target, get("/ok"), Entry(name="big", weight=1, requests=(big,)),
            base=f"https://front.test:{target.port}", connect_to="127.0.0.1", authorities=str(authorities.ca),
        )  # fmt: skip
        measured = generate(tls)
        assert reconciles(measured)
        assert {name: each.good for name, each in measured.series.items()} == {
            "GET /ok": target.requests["GET /ok"], "big": target.requests["POST /echo"],
        }  # fmt: skip
        assert measured.workers[0].sent == target.requests.total() > target.connections
        assert "Host: front.test" in target.heads["GET /ok"]
        strangers = generate(tls.model_copy(update={"authorities": None}))
    assert {why for each in strangers.series.values() for why in each.failures} == {"certificate"}
    assert target.requests.total() == measured.workers[0].sent


def test_a_load_that_is_ended_before_its_time(target: Target) -> None:
    target.silent = True
    measured = generate(plan(target, rate=50, lasts=600), follow=lambda live: "hopeless")
    assert measured.interrupted == "aborted: hopeless"
    assert reconciles(measured)
    assert measured.series["GET /ok"].failures == {"interrupted": measured.workers[0].sent}
    assert measured.ended - measured.began < 600


def test_a_plan_that_cannot_be_carried_out_is_not(target: Target) -> None:
    measured = generate(plan(target, max_rate=3), workers=2)
    assert measured.generator.endswith(": 100 arrivals a second, and the environment allows 3")
    assert measured.workers_expected == 2
    assert measured.workers == ()
    assert target.connections == 0


def test_workers_of_other_machines_must_have_the_same_plan(target: Target) -> None:
    (port,) = free_ports(1)
    master = Address("127.0.0.1", port)
    theirs = plan(target).model_copy(update={"digest": "e" * 64})
    told: list[str] = []
    worker = threading.Thread(target=lambda: told.append(work(theirs, master)))
    worker.start()
    measured = generate(plan(target), workers=1, remote=1, bind=master)
    worker.join(PATIENCE)
    assert not worker.is_alive()
    assert "has another plan" in measured.generator
    assert target.requests.total() == 0

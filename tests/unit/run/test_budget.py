"""Budgets: a share by safety, charged once, remembered by the next run, given back when unspent."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import ClassVar

import pytest

from atalaia.checks.check import Check, Severity
from atalaia.environment import Environment
from atalaia.errors import UsageError
from atalaia.exchange.cost import Cost
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.exchange.seen import Seen
from atalaia.run.budget import Allotment, allot, in_order_of_worth, settle
from atalaia.run.case import Case
from atalaia.run.ledger import Ledger

NOW = 1_800_000_000.0


class Ask(Observable):
    sees: ClassVar[type[Seen]] = Seen


def environment(safety: str, **more) -> Environment:
    document = {"name": "e", "safety": safety, "load_balancer": {"url": "http://lb.example"}, **more}
    return Environment.model_validate_json(json.dumps(document))


def check(id: str) -> Check:
    return Check(
        id=id, severity=Severity.MAJOR, catches="", remedy="", source="",
        targets=lambda e: (), observes=lambda e, t: (), judge=lambda seen, expected: [],
    )  # fmt: skip


def cases(number: int, check_id: str = "c", each: int = 1, limit: int = 100) -> tuple[Case, ...]:
    cost = Cost(bucket="load-balancer client", requests=each, limit=limit, window=60, memory=120)
    asks = (Ask(key=f"{check_id} {index}", hop=Hop.LOAD_BALANCER, costs=(cost,)) for index in range(number))
    return tuple(Case(check(check_id), ask.key, (ask,)) for ask in asks)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def granted(
    safety: str, ledger: Ledger, number: int = 200, now: float = NOW, run: str = "r", **more
) -> Allotment:
    identity = more.pop("identity", None)
    return allot(environment(safety, **more), cases(number), ledger, run=run, now=now, identity=identity)


@pytest.mark.parametrize(("safety", "share"), [("production", 10), ("staging", 50), ("sandbox", 100)])
def test_a_run_takes_at_most_its_safety_s_share_of_a_limiter(ledger, safety, share):
    allotment = granted(safety, ledger)
    assert len(allotment.granted) == share
    assert len(allotment.denied) == 200 - share
    assert "want of budget" in next(iter(allotment.denied.values()))


def test_the_share_can_be_raised_only_by_saying_so(ledger):
    assert len(granted("production", ledger, allow={"limiter_share": "25%"}).granted) == 25


def test_a_second_run_in_the_same_minute_knows_what_the_first_one_spent(ledger):
    assert len(granted("staging", ledger, number=30, run="one").granted) == 30
    assert len(granted("staging", ledger, number=30, now=NOW + 30, run="two").granted) == 20


def test_what_no_longer_weighs_is_forgotten(ledger):
    granted("staging", ledger, number=50, run="one")
    assert len(granted("staging", ledger, number=50, now=NOW + 119, run="two").granted) == 0
    assert len(granted("staging", ledger, number=50, now=NOW + 121, run="three").granted) == 50


def test_another_client_has_a_bucket_of_its_own(ledger):
    granted("staging", ledger, number=50, run="one", identity="127.64.0.1")
    second = granted("staging", ledger, number=50, run="two", identity="127.64.0.2")
    assert len(second.granted) == 50
    assert second.uses[0].bucket == "load-balancer client 127.64.0.2"


def test_what_was_reserved_and_not_sent_is_given_back(ledger):
    first = granted("staging", ledger, number=50, run="one")
    settle(first, ledger, lambda key: key in {"c 0", "c 1"}, run="one", now=NOW)
    assert len(granted("staging", ledger, number=50, run="two").granted) == 48


def test_looking_charges_nothing(ledger):
    allot(environment("staging"), cases(50), ledger, run="p", now=NOW, identity=None, charge=False)
    assert len(granted("staging", ledger, number=50).granted) == 50


def test_every_check_sees_a_sample_before_any_sees_its_second_target():
    order = [seen.key for seen in in_order_of_worth((*cases(2, "a"), *cases(2, "b")))]
    assert order == ["a 0", "b 0", "a 1", "b 1"]


def test_what_is_free_is_never_denied(ledger):
    free = Case(check("free"), "t", (Ask(key="free", hop=Hop.SERVICE),))
    allotment = allot(environment("production"), (*cases(50), free), ledger, run="r", now=NOW, identity=None)
    assert "free" not in allotment.denied


def _take(path: Path, run: str) -> int:
    return len(granted("staging", Ledger(path), number=30, run=run).granted)


def test_runs_at_the_same_time_share_one_budget(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        taken = pool.starmap(_take, [(tmp_path / "ledger.sqlite", f"r{index}") for index in range(4)])
    assert sum(taken) == 50


def test_a_ledger_that_is_no_ledger_is_told_plainly(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_text("this is not a database, and longer than a header would be" * 10)
    with pytest.raises(UsageError, match="ledger cannot be used"):
        granted("staging", Ledger(path))


def test_a_clock_that_was_set_back_blocks_no_budget_for_longer_than_a_window(ledger):
    """What was charged by the wrong clock counts as charged now, and is over when its window is."""
    wrong = NOW + 30 * 86400

    def allotted(run: str, now: float) -> Allotment:
        return allot(environment("production"), cases(1), ledger, run=run, now=now, identity=None)

    (use,) = allotted("ahead", wrong).uses
    assert use.used == 0
    (use,) = allotted("back", NOW).uses
    assert use.used == 1, "the limiter may still remember it"
    (use,) = allotted("later", NOW + 121).uses
    assert use.used == 0


def exhausting(client: str = "") -> tuple[Case, ...]:
    """A measurement that uses a window of 5 up, and its hour of 100 a little."""
    costs = (
        Cost(bucket="gateway auth 60s client", requests=6, limit=5, window=60, exhausts=True),
        Cost(bucket="gateway auth 3600s client", requests=6, limit=100, window=3600),
    )
    return (Case(check("limiter"), "t", (Ask(key="m", hop=Hop.GATEWAY, costs=costs, client=client),)),)


def allotted(safety: str, ledger: Ledger, run: str = "r", **more) -> Allotment:
    return allot(environment(safety), exhausting("limiter"), ledger, run=run, now=NOW, **more)


def test_a_limiter_may_be_used_up_by_a_client_of_the_run_s_own(ledger):
    allotment = allotted("staging", ledger, identity="127.64.0.1", clients={"limiter": "127.64.0.2"})
    assert allotment.denied == {}
    assert {use.bucket for use in allotment.uses} == {
        "gateway auth 60s client 127.64.0.2",
        "gateway auth 3600s client 127.64.0.2",
    }


def test_a_bucket_that_others_share_is_not_used_up_unless_all_of_it_is_allowed(ledger):
    denied = allotted("staging", ledger, identity=None).denied
    assert "client.addresses" in denied["m"]
    assert allotted("sandbox", ledger, identity=None).denied == {}


def test_a_longer_window_is_not_overrun_by_a_measurement(ledger):
    for run in range(8):
        at_most = allotted("production", ledger, run=str(run), identity="127.64.0.1")
    assert "want of budget" in at_most.denied["m"]


def test_several_costs_in_one_bucket_count_together(ledger):
    """Two identities that share an address share its budget, too."""
    cost = Cost(bucket="load-balancer client", requests=6, limit=100, window=60)
    both = (Case(check("pair"), "t", (Ask(key="pair", hop=Hop.LOAD_BALANCER, costs=(cost, cost)),)),)
    allotment = allot(environment("production"), both, ledger, run="r", now=NOW, identity=None)
    assert "want of budget" in allotment.denied["pair"]
    assert allotment.uses[0].planned == 0, "what was not granted is not taken either"

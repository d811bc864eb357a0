"""Each hop from Prometheus' answers: what is counted, and what is said to be unknown."""

from __future__ import annotations

import pytest

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import Vector
from loadtests.server_side.asking import Answers
from loadtests.server_side.counting import grown, quantile
from loadtests.server_side.hops import hops
from loadtests.server_side.model import HopSeen
from loadtests.server_side.queries import OVER, counters

Counted = dict[str, Vector | Unreadable]


def vector(label: str = "", **values: float) -> Vector:
    return {((label, name),) if label else (): value for name, value in values.items()}


def whole(value: float) -> Vector:
    return {(): value}


def answers(before: Counted, after: Counted, **over: Vector) -> Answers:
    empty: Counted = {name: {} for name in counters(("http_requests_total",))} | {"scraped": whole(3)}
    return Answers(
        interval=1.0,
        skew=0.0,
        scraped=True,
        counters={"before": empty | before, "began": empty | before, "after": empty | after},
        over={name: {} for name in OVER} | {name.replace("_", " "): found for name, found in over.items()},
    )


def of(name: str, found: Answers) -> HopSeen:
    return next(hop for hop in hops(found, "load balancer") if hop.name == name)


def test_the_frontend_that_grew_is_the_one_that_the_load_came_through() -> None:
    before: Counted = {"load balancer": vector("proxy", public=100, stats=5, metrics=50)}
    after: Counted = {"load balancer": vector("proxy", public=1100, stats=5, metrics=60)}
    seen = of("load balancer", answers(before, after))
    assert (seen.of, seen.requests) == ("frontend public", 1000)


def test_a_series_that_begins_in_the_run_has_grown_from_nothing() -> None:
    """`increase()` would not count its first value at all."""
    assert of("gateway", answers({"gateway": {}}, {"gateway": whole(60)})).requests == 60


def test_what_prometheus_does_not_have_is_unknown_and_not_zero() -> None:
    seen = of("gateway", answers({}, {}))
    assert seen.requests is None
    assert seen.absent == "kong_http_requests_total: Prometheus has no such metric"


def test_a_prometheus_that_came_too_late_knows_nothing_of_the_growth() -> None:
    found = answers({"scraped": {}}, {"gateway": whole(60)})
    assert grown(found, "gateway", "before") == "Prometheus did not scrape it before the load"


def test_a_restart_makes_counts_incomparable() -> None:
    found = answers({"gateway": whole(500)}, {"gateway": whole(60)})
    assert of("gateway", found).absent.endswith("it counted anew in the meantime: a server was restarted")


def test_why_prometheus_could_not_tell_is_told() -> None:
    found = answers({}, {"gateway": Unreadable("an error instead of data: timeout")})
    assert grown(found, "gateway", "before") == "an error instead of data: timeout"


def test_times_are_those_of_the_run_alone() -> None:
    before: Counted = {
        "gateway": whole(100), "gateway sum": whole(50.0), "gateway count": whole(100),
        "gateway buckets": vector("le", **{"25": 0, "250": 0, "+Inf": 100}),
    }  # fmt: skip
    after: Counted = {
        "gateway": whole(1100), "gateway sum": whole(60.0), "gateway count": whole(1100),
        "gateway buckets": vector("le", **{"25": 940, "250": 1000, "+Inf": 1100}),
    }  # fmt: skip
    seen = of("gateway", answers(before, after))
    assert seen.mean == pytest.approx(0.010)
    assert (seen.p50, seen.p95, seen.p99) == (0.025, 0.25, 0.25), "bounds of buckets, in seconds"


def test_a_quantile_beyond_all_bounds_or_without_data_is_none() -> None:
    assert quantile({"1": 10, "+Inf": 100}, 0.95) is None
    assert quantile({"1": 0, "+Inf": 0}, 0.95) is None
    assert quantile({}, 0.95) is None


@pytest.mark.parametrize(("requests", "mean"), [(10_000, 0.013), (1_000, None)])
def test_haproxys_sliding_means_count_after_some_thousand_requests(
    requests: float, mean: float | None
) -> None:
    before: Counted = {
        "load balancer": vector("proxy", public=0),
        "backends": vector("proxy", api=0, other=0),
    }
    after: Counted = {
        "load balancer": vector("proxy", public=requests),
        "backends": vector("proxy", api=requests, other=0),
    }
    found = answers(
        before,
        after,
        backend_queue=vector("proxy", api=0.001, other=9),
        backend_connect=vector("proxy", api=0.002, other=9),
        backend_response=vector("proxy", api=0.010, other=9),
    )
    assert of("load balancer", found).mean == (mean if mean is None else pytest.approx(mean))


def test_hops_before_the_one_that_is_asked_are_not_on_the_way() -> None:
    assert [hop.name for hop in hops(answers({}, {}), "gateway")] == ["gateway", "services"]

"""What must hold: from the scenario, and from the SLO where it says nothing."""

from __future__ import annotations

import pytest

from atalaia.errors import UsageError
from loadtests.scenario import plan, thresholds
from loadtests.thresholds import Limits, Thresholds

STACK = """
name: shop
safety: sandbox
services: {api: {url: "http://api"}}
slo: {latency_p95: 200ms, error_rate: 0.1%, throughput: 100/s}
"""
BARE = STACK.replace("slo:", "# ")


def steady(rest: str = "", rate: str = "100/s") -> str:
    return f"name: a\nstages: [{{rate: 1000/s, for: 1s, warm_up: true}}, {{rate: {rate}, for: 1m}}]\n{rest}"


@pytest.fixture
def judged(loaded, declared):
    def decide(scenario: str, environment: str = STACK, rate: float | None = None) -> Thresholds:
        return thresholds(loaded(scenario), declared(environment), rate=rate)

    return decide


def test_what_is_not_said_comes_from_the_slo(judged):
    assert judged(steady()) == Thresholds(throughput=100, p95=0.2, error_rate=0.001)
    assert judged(steady(), BARE) == Thresholds()


def test_what_is_said_goes_before_it_and_null_is_not_judged(judged):
    said = "thresholds: {throughput: 50/s, p50: 10ms, p95: null, p99: 1s, error_rate: null}"
    assert judged(steady(said)) == Thresholds(throughput=50, p50=0.01, p99=1)


def test_where_failures_are_counted_their_rate_is_not_judged_too(judged):
    assert judged(steady("thresholds: {failures: 0}")).error_rate is None
    both = "thresholds: {failures: 0, error_rate: 1%}"
    assert judged(steady(both)) == Thresholds(throughput=100, p95=0.2, error_rate=0.01, failures=0)


def test_the_slos_throughput_is_judged_where_the_measured_stages_offer_it(judged):
    assert judged(steady(rate="99/s")).throughput is None
    assert judged(steady(rate="60/m")).throughput is None


def test_two_per_cent_more_are_sent_where_a_throughput_is_to_be_held(loaded, declared):
    stack, bare = declared(STACK), declared(BARE)
    assert plan(loaded(steady()), stack).stages[1].rate == pytest.approx(102)
    assert plan(loaded(steady("surplus: 10%")), stack).stages[1].rate == pytest.approx(110)
    assert plan(loaded(steady()), bare).stages[1].rate == 100


def test_each_step_of_a_search_must_hold_its_own_rate(judged, refused):
    search = "name: a\nbreakpoint: {from: 10/s, to: 500/s}\n"
    assert judged(search, rate=150.0) == Thresholds(throughput=150, p95=0.2, error_rate=0.001)
    assert judged(search).throughput == 10
    assert refused(search + "thresholds: {throughput: 5/s}", STACK) == [
        "scenario.yml:3: thresholds.throughput: a throughput beside a breakpoint, each step of which must"
        " hold its"
        " own rate"
    ]


def test_of_journeys_a_throughput_counts_requests(judged):
    steps = "mix: [{name: visit, steps: [{name: one, path: /a}, {name: two, path: /b}]}]\n"
    assert judged(steady(steps, rate="50/s")).throughput == 100


def test_a_throughput_that_is_never_sent_is_refused(refused):
    said = "thresholds: {throughput: 200/s}"
    assert refused(steady(said), STACK) == [
        "scenario.yml:3: thresholds.throughput: 200/s can never be held: the stages send 100/s at most"
    ]


def test_a_lower_rate_than_the_scenarios_may_be_asked_for(loaded, declared):
    scenario, stack = loaded(steady("thresholds: {throughput: 100/s}")), declared(STACK)
    made = plan(scenario, stack, rate=20.0)
    assert max(stage.rate for stage in made.stages) == pytest.approx(20 * 1.02)
    assert thresholds(scenario, stack, rate=20.0).throughput == 20
    assert thresholds(scenario, stack, rate=200.0).throughput == 100


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_rate_of_nothing_is_refused(loaded, declared, rate):
    with pytest.raises(UsageError, match="a rate of nothing; more than 0/s"):
        plan(loaded(steady()), declared(STACK), rate=rate)


def test_limits_of_single_requests(judged, refused):
    said = 'thresholds: {routes: {"GET /health": {p95: 50ms, failures: 3}}}'
    assert judged(steady(said)).routes == {"GET /health": Limits(p95=0.05, failures=3)}
    assert refused(steady(said.replace("health", "helth")), STACK) == [
        "scenario.yml:3: thresholds.routes.GET /helth: no request of that name; there are: GET /health; did"
        " you"
        " mean GET /health?"
    ]

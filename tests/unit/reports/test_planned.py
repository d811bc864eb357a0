"""What a plan says of each observation."""

from __future__ import annotations

from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest, HttpSequence
from atalaia.systems.drill.model import DrillMeasurement
from atalaia.systems.programs import Program
from atalaia.systems.prometheus.counted_page import CountedPage
from atalaia.systems.prometheus.evaluated import EvaluatedRules
from atalaia.systems.prometheus.figure import Figure
from atalaia.systems.prometheus.loop import Leg, LoopMeasurement
from atalaia.systems.prometheus.settled import ProbedPage, SettledTargets
from reports.planned import told


def request(host: str, target: str) -> HttpRequest:
    """GET."""
    url = parse_url(f"http://{host}", frozenset({"http"}))
    return HttpRequest(key=f"GET {host} {target}", hop=Hop.MONITORING, url=url, target=target)


PAGE = request("users:3002", "/metrics")
TARGETS = request("prometheus:9090", "/api/v1/targets")


def drill(deliveries: bool) -> DrillMeasurement:
    """A drill."""

    def url(name: str):
        return parse_url(f"http://{name}", frozenset({"http"}))

    return DrillMeasurement(
        key="drill", hop=Hop.MONITORING, prometheus=url("prometheus:9090"), receiver="ops-drill", within=30,
        alertmanager=url("alertmanager:9093"), pushgateway=url("pushgateway:9091"),
        deliveries=url("receivers:8080/deliveries") if deliveries else None,
    )  # fmt: skip


def test_equal_requests_are_told_once_with_their_number():
    other = PAGE.model_copy(update={"key": "for another check"})
    assert list(told([PAGE, TARGETS, other])) == [
        "2 x GET http://users:3002/metrics",
        "GET http://prometheus:9090/api/v1/targets",
    ]


def test_a_sequence_says_that_it_is_timed():
    sequence = HttpSequence(key="pages", hop=Hop.SERVICE, steps=(PAGE, PAGE), within=0.1)
    assert list(told([sequence])) == [
        "2 requests in a row (again where it is slow): GET http://users:3002/metrics"
    ]


def test_what_is_waited_for_is_told():
    common = {"key": "k", "hop": Hop.MONITORING}
    observables = (
        CountedPage(page=PAGE, metrics=("a",), **common),
        ProbedPage(page=PAGE, targets=TARGETS, job="users", address="users:3002", **common),
        SettledTargets(runtime=TARGETS, targets=TARGETS, least=TARGETS, jobs=(), **common),
        EvaluatedRules(rules=TARGETS, **common),
        Program(steps=(TARGETS, PAGE), **common),
    )
    lines = list(told(observables))
    assert len(lines) == len(observables)
    assert all(line.startswith("GET http://") for line in lines)
    assert "until all is scraped" in lines[2]


def test_the_requests_of_the_loop_are_told_each():
    leg = Leg(name="users", pages=(PAGE,), figures=(Figure("requests_total"),), by=2)
    asked = request("front", "/api/users")
    loop = LoopMeasurement(
        key="loop", hop=Hop.LOAD_BALANCER, requests=(asked, asked), legs=(leg,), targets=TARGETS,
        settles=0.1, within=1.0,
    )  # fmt: skip
    first, second, *_ = told([loop])
    assert first == "2 requests that everybody must count, one after the other:"
    assert second == "  2 x GET http://front/api/users"


def test_a_drill_says_that_it_pages_and_every_request_that_changes_something():
    first, *lines = told([drill(deliveries=True)])
    assert "PAGES whoever is behind receiver ops-drill" in first
    changing = [line.split()[0] for line in lines if line.split()[0] != "GET"]
    assert changing == ["PUT", "POST", "DELETE", "DELETE"]
    assert any("receivers:8080/deliveries" in line for line in lines)
    assert any("alertmanager:9093/metrics" in line for line in told([drill(deliveries=False)]))

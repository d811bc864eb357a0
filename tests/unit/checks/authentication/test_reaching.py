"""What is refused must not move the service's own count of requests."""

from __future__ import annotations

import pytest

from atalaia.checks.authentication.reaching import REACHES_SERVICE
from atalaia.checks.check import Finding, Inconclusive, NotDeclared, Verdict
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.systems.counted import CountedSequence
from tests.support.imagined import KONG, STACK, answer
from tests.unit.checks.authentication.test_tokens import BY_KONG, BY_SERVICE, ROUTE, SERVED, exchange, stack

USERS = STACK["services"]["user-service"] | {
    "metrics": "/metrics", "requests_metric": "http_requests_total", "health": "/health",
}  # fmt: skip


def declared(safety: str = "sandbox", **scheme: object) -> Environment:
    services = STACK["services"] | {"user-service": USERS}
    return stack(more={"safety": safety, "services": services}, **scheme)


def page(count: int | None) -> Exchange:
    lines = [f'http_requests_total{{route="{path}"}} {n}' for path, n in (("/u", count), ("/metrics", 9))]
    return exchange(answer(200, "\n".join(lines) if count is not None else "# nothing"))


def seen(
    after: int | None, *, before: tuple[int | None, int] = (7, 7), refused=BY_KONG, let_in=SERVED
) -> Exchanges:
    asked = (BY_KONG, BY_KONG, refused, let_in)
    return Exchanges(steps=(*map(page, before), *asked, page(after), page(after)))


def judged(of_what: Exchanges, safety: str = "sandbox") -> Verdict:
    return REACHES_SERVICE.judge((of_what,), REACHES_SERVICE.expects(declared(safety), ROUTE))


def test_only_what_is_let_in_is_counted():
    assert judged(seen(8)) == []
    assert judged(seen(8), "staging") == []


@pytest.mark.parametrize("reached", [1, 2, 3, 5])
def test_in_a_sandbox_whatever_else_is_counted_was_refused(reached):
    verdict = judged(seen(8 + reached))
    assert isinstance(verdict, list)
    (finding,) = verdict
    assert isinstance(finding, Finding)
    assert f"grew by {1 + reached}, with 3 requests refused and 1 let in" in finding.observed
    assert finding.hop == "gateway"


def test_elsewhere_only_a_count_that_stood_still_and_grew_by_exactly_ours_tells():
    assert isinstance(judged(seen(11), "staging"), list)
    assert judged(seen(11), "staging")
    for others in (seen(9), seen(12), seen(11, before=(7, 6))):
        verdict = judged(others, "staging")
        assert isinstance(verdict, Inconclusive)
        assert "others ask it as well" in verdict.reason


@pytest.mark.parametrize(
    ("of_what", "reason"),
    [
        (seen(7), "did not grow"),
        (seen(3), "did not grow"),
        (seen(None), "could not be read"),
        (seen(8, before=(None, 7)), "could not be read"),
        (seen(8, refused=BY_SERVICE.model_copy(update={"response": SERVED.response})), "answered otherwise"),
        (seen(8, let_in=BY_KONG), "answered otherwise"),
        (seen(8, refused=exchange(answer(429, "", **KONG))), "429"),
        (seen(8, let_in=exchange(Failure(reason=Reason.STALLED, detail="this machine"))), "this machine"),
    ],
)
def test_what_does_not_tell_decides_nothing(of_what, reason):
    verdict = judged(of_what)
    assert isinstance(verdict, Inconclusive)
    assert reason in verdict.reason


def test_all_is_one_quiet_observation_and_paid_as_what_it_sends():
    (sequence,) = REACHES_SERVICE.observes(declared(), ROUTE)
    assert isinstance(sequence, CountedSequence)
    assert sequence.quiet
    assert len(sequence.steps) == 2 + 4 + 2
    assert [step.bearer is not None for step in sequence.steps[2:6]] == [False, True, True, True]
    assert [one.requests for one in sequence.costs] == [4 for _ in sequence.costs]
    (elsewhere,) = REACHES_SERVICE.observes(declared("staging"), ROUTE)
    assert elsewhere.settles > sequence.settles


@pytest.mark.parametrize(
    ("of", "what"),
    [(stack(), "requests_metric"), (stack(secret=None), "secret"), (declared(hop="service"), "hop: gateway")],
)
def test_what_is_missing_is_told_by_its_key(of, what):
    found = REACHES_SERVICE.targets(of)
    assert isinstance(found, NotDeclared)
    assert what in found.what


def test_one_route_stands_for_its_service_and_class():
    assert REACHES_SERVICE.targets(declared()) == (ROUTE,)

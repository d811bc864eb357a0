"""How fast a service answers: the median decides, and a refusal is no answer."""

from __future__ import annotations

from atalaia.exchange.exchange import Exchanges
from tests.support.imagined import REFUSED, answer
from tests.unit.checks.connectivity.judging import UP, exchange, judge, only


def samples(*elapsed: float | None) -> Exchanges:
    return Exchanges(
        steps=tuple(exchange(answer(200, UP) if s else REFUSED, elapsed=s or 0.001) for s in elapsed)
    )


def test_the_median_decides_so_one_slow_answer_of_three_does_not_fail():
    assert judge("service.slow", "auth-service", samples(0.01, 0.9, 0.02)) == []
    assert judge("service.slow", "auth-service", samples(0.2, 0.2, 0.2)) == []
    finding = only(judge("service.slow", "auth-service", samples(0.3, 0.25, 0.01)))
    assert (finding.expected, finding.observed) == (
        "its health document within 200 ms",
        "a median of 250 ms over 3",
    )


def test_a_quick_refusal_is_not_a_fast_answer():
    finding = only(judge("service.slow", "auth-service", samples(0.01, None, None)))
    assert finding.observed == "no answer: refused: connection refused in 2 of 3"

"""The bundled target's flaws are exact."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from loadtests.proving.behaviour import Answer, Behaviour


def statuses(behaviour: Behaviour, requests: int) -> Counter[int | None]:
    return Counter(behaviour.answer(number).status for number in range(requests))


@pytest.mark.parametrize(
    ("behaviour", "of_a_hundred"),
    [
        (Behaviour(), {200: 100}),
        (Behaviour(failing=0.01), {200: 99, 500: 1}),
        (Behaviour(dropped=0.03), {200: 97, None: 3}),
        (Behaviour(refusing=True), {503: 100}),
    ],
)
def test_of_every_hundred_requests_the_share_is_hit(
    behaviour: Behaviour, of_a_hundred: dict[int, int]
) -> None:
    assert statuses(behaviour, 100) == of_a_hundred
    assert statuses(behaviour, 500) == {status: 5 * count for status, count in of_a_hundred.items()}


def test_late_answers_are_spread_and_late() -> None:
    behaviour = Behaviour(late=0.06)
    late = [number for number in range(100) if behaviour.answer(number) != Answer(200, 0.005)]
    assert len(late) == 6
    assert min(after - before for before, after in pairwise(late)) > 1
    assert {behaviour.answer(number).delay for number in late} == {0.005 + 0.205}


def test_a_spread_is_even() -> None:
    behaviour = Behaviour(delay=0.01, spread=0.1)
    delays = sorted(behaviour.answer(number).delay for number in range(1000))
    assert max(abs(delay - (0.01 + 0.1 * place / 1000)) for place, delay in enumerate(delays)) < 0.0005

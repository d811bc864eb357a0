"""Faults that are the same in many places."""

from __future__ import annotations

from atalaia.environment.alike import joined
from atalaia.environment.faults import Fault

WORDS = "not one of the words"


def kinds(*lines: int) -> list[Fault]:
    """Exporters of an unknown kind."""
    return [Fault(line, f"metrics.exporters.x{line}.kind", WORDS, "one of a, b") for line in lines]


def test_a_few_are_told_one_by_one_in_their_order():
    few = kinds(3, 1, 2)
    assert joined(few) == sorted(few)
    assert joined([]) == []


def test_of_many_the_first_says_where_else_it_is_so():
    other = Fault(2, "services.a.url", "missing")
    first, second = joined([*kinds(9, 1, 3, 4, 5, 7), other])
    assert (first.line, first.allowed) == (1, "one of a, b")
    assert first.hint == "and so in lines 3-5, 7, 9"
    assert second == other


def test_what_is_wrong_otherwise_or_elsewhere_is_told_itself():
    elsewhere = Fault(20, "probes.journeys.x.kind", WORDS, "one of a, b")
    otherwise = Fault(21, "metrics.exporters.y.kind", "missing", "one of a, b")
    assert joined([*kinds(1, 2, 3, 4, 5, 6), elsewhere, otherwise])[1:] == [elsewhere, otherwise]


def test_a_hint_of_its_own_stays():
    faults = [Fault(line, f"routes[{line}].class", "no class", hint="did you mean api?") for line in range(6)]
    (only,) = joined(faults)
    assert only.hint == "did you mean api?; and so in lines 1-5"

"""Entries of two lists that stand for one another."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from atalaia.systems.configuration import alignment
from atalaia.systems.configuration.alignment import aligned

WORDS = st.lists(st.text("ab", max_size=3), max_size=8)


def likeness(one: str, other: str) -> float:
    """Two for the same word, one for the same first letter."""
    return 2.0 if one == other else float(one[:1] == other[:1] != "")


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_every_entry_is_there_once_and_in_order(first: list[str], second: list[str]) -> None:
    pairs = aligned(first, second, likeness)
    assert [one for one, _ in pairs if one is not None] == [*range(len(first))]
    assert [two for _, two in pairs if two is not None] == [*range(len(second))]
    both = [(first[one], second[two]) for one, two in pairs if one is not None and two is not None]
    assert all(one == two or likeness(one, two) for one, two in both)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.integers(0, 8))
def test_an_entry_more_is_the_only_one_without_another(first: list[str], at: int) -> None:
    second = [*first[:at], "c", *first[at:]]
    alone = [pair for pair in aligned(first, second, likeness) if None in pair]
    assert alone == [(None, min(at, len(first)))]


def test_alike_entries_are_together() -> None:
    assert aligned(["aa", "ba"], ["x", "ab", "bb"], likeness) == [(None, 0), (0, 1), (1, 2)]
    assert aligned(["a", "b"], ["b", "a"], likeness) in (
        [(0, None), (1, 0), (None, 1)],
        [(None, 0), (0, 1), (1, None)],
    )


def test_long_lists_are_held_against_those_that_are_the_same() -> None:
    first = [f"{number}" for number in range(400)]
    second = ["first", *first[:200], "changed", *first[201:], "last"]
    assert len(first) * len(second) > alignment._MOST
    pairs = aligned(first, second, likeness)
    assert [pair for pair in pairs if None in pair] == [(None, 0), (None, 401)]
    assert (200, 201) in pairs

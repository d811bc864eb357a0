"""Quantities carry their units, and come out as they went in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.environment import units

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100ms", SECOND / 10), ("30s", 30 * SECOND), ("1.5s", 1.5 * SECOND), ("15m", 900 * SECOND),
        ("24h", timedelta(days=1)), ("7d", timedelta(days=7)), ("2w", timedelta(days=14)),
        ("1m30s", 90 * SECOND), ("1h1ms", 3600.001 * SECOND), ("0s", 0 * SECOND),
    ],
)  # fmt: skip
def test_a_duration_is_read_with_its_units(text, value):
    assert units.parse_duration(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_rate, "1000/s", 1000.0),
        (units.parse_rate, "60/m", 1.0),
        (units.parse_rate, "1.5/s", 1.5),
        (units.parse_size, "512B", 512),
        (units.parse_size, "1MiB", 2**20),
        (units.parse_size, "1.5kB", 1500),
        (units.parse_percentage, "99.9%", 0.999),
        (units.parse_percentage, "0%", 0.0),
        (units.parse_percentage, "100%", 1.0),
    ],
)
def test_rates_sizes_and_percentages_are_read_with_their_units(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize("parse", [units.parse_duration, units.parse_rate, units.parse_size])
@pytest.mark.parametrize("bare", ["5", 5.5, "0.5", 0])
def test_a_number_alone_is_no_quantity(parse, bare):
    with pytest.raises(ValueError, match=r"without a (unit|period)"):
        parse(bare)


@pytest.mark.parametrize("bare", [0.999, 1, "99.9"])
def test_a_number_alone_is_no_percentage_and_never_a_ratio(bare):
    with pytest.raises(ValueError, match="without its sign"):
        units.parse_percentage(bare)


@pytest.mark.parametrize(
    "parse", [units.parse_duration, units.parse_rate, units.parse_size, units.parse_percentage]
)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5 s",
        "-5s",
        "+5s",
        "5S",
        "s",
        "5s\n",
        "\u0665s",
        "1e3s",
        "5,5s",
        ".5s",
        "5.s",
        "1:30",
        None,
        True,
        [],
        {},
    ],
)
def test_what_is_not_a_quantity_is_refused_and_not_repeated(parse, text):
    with pytest.raises(ValueError, match="not a ") as caught:
        parse(text)
    told = str(caught.value)
    assert not isinstance(text, str) or len(text.strip()) < 3 or text not in told


def test_a_percentage_is_at_most_a_hundred():
    with pytest.raises(ValueError, match="over 100%"):
        units.parse_percentage("100.1%")


def test_a_duration_longer_than_any_is_refused():
    with pytest.raises(ValueError, match="at most 999999999d"):
        units.parse_duration("999999999999999w")


@given(st.integers(min_value=0, max_value=10**14))
def test_a_duration_comes_out_as_it_went_in(milliseconds):
    value = timedelta(milliseconds=milliseconds)
    assert units.parse_duration(units.format_duration(value)) == value


def test_a_duration_that_is_over_is_shown_as_such():
    assert units.format_duration(timedelta(hours=-36)) == "-1d12h"


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_size_comes_out_as_it_went_in(value):
    assert units.parse_size(units.format_size(value)) == value


@given(st.decimals(min_value=0, max_value=100, places=4))
def test_a_percentage_comes_out_as_it_went_in(percentage):
    ratio = units.parse_percentage(f"{percentage}%")
    assert 0 <= ratio <= 1
    assert units.parse_percentage(units.format_percentage(ratio)) == ratio


@given(st.integers(min_value=0, max_value=10**6), st.sampled_from("smh"))
def test_a_rate_comes_out_as_it_went_in(number, period):
    value = units.parse_rate(f"{number}/{period}")
    assert units.parse_rate(units.format_rate(value)) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (units.format_rate(1000.0), "1000/s"),
        (units.format_rate(100 / 3600), "100/h"),
        (units.format_percentage(0.999), "99.9%"),
        (units.format_percentage(0.001), "0.1%"),
        (units.format_percentage(1.0), "100%"),
        (units.format_size(2**20), "1MiB"),
        (units.format_size(0), "0B"),
        (units.format_duration(timedelta(hours=200)), "8d8h"),
    ],
)
def test_quantities_are_shown_as_people_write_them(told, shown):
    assert told == shown

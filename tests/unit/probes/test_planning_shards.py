"""Shards: every probe in exactly one, none moved by what is added."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.errors import ExitCode, UsageError
from probes.model import Planned
from probes.planning.drawing import plan
from probes.planning.shards import Shard
from tests.unit.probes.stack import shop

PLANNED = plan(shop())
ONE = PLANNED[0]
NAMES = st.lists(st.text(min_size=1, max_size=9), unique=True, max_size=40)


def probes(names: list[str]) -> tuple[Planned, ...]:
    return tuple(replace(ONE, name=name, group="") for name in names)


def test_the_only_shard_has_all():
    assert Shard().of(PLANNED) == PLANNED
    assert str(Shard()) == "0/1"


@given(names=NAMES, count=st.integers(1, 7))
def test_every_probe_is_in_exactly_one_shard(names, count):
    planned = probes(names)
    parts = [each.name for index in range(count) for each in Shard(index, count).of(planned)]
    assert sorted(parts) == sorted(names)


@given(names=NAMES, more=NAMES, count=st.integers(1, 7))
def test_adding_targets_moves_none(names, more, count):
    added = [name for name in more if name not in names]
    for index in range(count):
        before = {each.name for each in Shard(index, count).of(probes(names))}
        after = {each.name for each in Shard(index, count).of(probes(names + added))}
        assert after - set(added) == before


def test_a_shard_stays_what_it_is_in_every_process_and_version():
    assert [each.name for each in Shard(0, 3).of(probes(["auth", "cart", "mail", "postgres"]))] == ["mail"]


def test_a_group_stays_together_and_the_negative_control_is_everywhere():
    for index in range(3):
        mine = Shard(index, 3).of(PLANNED)
        assert mine[-1].expects_failure
        for group in {each.group for each in mine} - {""}:
            assert [each for each in PLANNED if each.group == group] == [
                each for each in mine if each.group == group
            ]


def test_a_thousand_targets_are_spread_evenly():
    sizes = [len(Shard(index, 4).of(probes([f"target-{n}" for n in range(1000)]))) for index in range(4)]
    assert min(sizes) > 200


@pytest.mark.parametrize("text", ["0/1", "2/3", "11/12"])
def test_a_shard_is_told_as_it_is_written(text):
    assert str(Shard.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "1", "3/3", "1/0", "-1/2", "a/b", "0/1/2", "00/2", "0 / 2", "0/2\n", "\u0660/2"]
)
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(UsageError, match="the first being 0") as caught:
        Shard.parse(text)
    assert caught.value.exit_code is ExitCode.USAGE

"""Only groups of probes that nobody writes any more are taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atalaia.systems.pushgateway.client import Group
from probes.prune import Watched, obsolete
from probes.vantage import JOB

NOW = 1_795_000_000.0
WATCHED = {"atendeai": Watched("atendeai", frozenset({"gru", ""}), timedelta(minutes=1))}


def group(
    environment: str = "atendeai", location: str = "gru", shard: str = "0/1", ago: float = 30, **other: str
) -> Group:
    labels = {"job": JOB, "environment": environment, "location": location, "shard": shard, **other}
    return Group(labels, NOW - ago, 0.0)


def why(*groups: Group, **other: Watched) -> list[str]:
    return [one.why for one in obsolete(groups, {**WATCHED, **other}, NOW)]


def test_what_an_environment_names_stays_however_old() -> None:
    assert why(group(), group(location="", ago=86400), group(ago=1e6)) == []


def test_other_jobs_are_none_of_ours() -> None:
    assert why(Group({"job": "backup", "environment": "gone"}, NOW, 0.0), Group({"job": "x"}, 0.0, NOW)) == []


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (group("retired"), "no environment is named retired"),
        (group(location="fra"), "atendeai is not probed from fra"),
        (group(shard="3/3"), "3/3 is no shard"),
        (group(shard="all"), "all is no shard"),
        (group(pod="x7f"), "its key is not one that probes write"),
    ],
)
def test_what_nobody_names_goes(one: Group, told: str) -> None:
    assert why(one) == [told]


def test_shards_of_an_earlier_division_go_once_they_are_silent() -> None:
    now_four = [group(shard=f"{number}/4") for number in range(4)]
    assert why(*now_four, group(shard="0/3", ago=600), group(shard="2/3", ago=600)) == [
        "there are 4 shards, by the last push", "there are 4 shards, by the last push",
    ]  # fmt: skip
    assert why(*now_four, group(shard="0/3", ago=90)) == []


def test_a_division_that_is_told_counts_at_once() -> None:
    two = Watched("atendeai", frozenset({"gru"}), timedelta(minutes=1), shards=2)
    assert why(group(shard="0/1"), group(shard="1/2"), atendeai=two) == ["there are 2 shards"]


def test_another_locations_division_says_nothing() -> None:
    assert why(group(shard="0/1", ago=600), group(location="", shard="0/2")) == []

"""Only what was written here, with the key, is believed; what is harmed is planned anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from probes.remembered import place_of
from probes.remembered.kept import read
from probes.remembered.key import key
from tests.support.remembered_plans import FILE, KEY, SECRETS, believed, watch


def test_what_was_written_with_another_key_is_not_believed(file, tmp_path):
    watch(file, SECRETS)
    other = tmp_path / "memory"
    other.mkdir()
    secret = key(other)
    assert secret is not None
    assert key(other) == secret != KEY
    assert read(place_of(file), file, SECRETS, secret) is None


@pytest.mark.parametrize("how", ["readable", "link", "short", "pipe", "directory"])
def test_a_key_that_others_may_know_is_none(tmp_path, how):
    memory = tmp_path / "memory"
    memory.mkdir()
    assert key(memory) is not None
    (place,) = memory.iterdir()
    if how == "readable":
        place.chmod(0o644)
    elif how == "short":
        place.write_bytes(b"short")
    else:
        aside = place.rename(tmp_path / "aside")
        make = {"link": lambda: place.symlink_to(aside), "pipe": lambda: os.mkfifo(place)}
        make.get(how, place.mkdir)()
    assert key(memory) is None


def _linked(place: Path) -> None:
    place.rename(place.with_suffix(".aside"))
    place.symlink_to(place.with_suffix(".aside"))


def _unproved(place: Path) -> None:
    head, _, body = place.read_bytes().split(b"\n", 2)
    place.write_bytes(b"\n".join([head, b"\xff" * 64, body]))


def _piped(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


@pytest.mark.parametrize(
    "harm",
    [
        lambda place: place.write_bytes(place.read_bytes()[:-100]),
        lambda place: place.write_bytes(b""),
        lambda place: place.write_bytes(os.urandom(4096)),
        lambda place: place.write_bytes(place.read_bytes().replace(b'"version": 1', b'"version": 2')),
        lambda place: place.write_bytes(b'{"version": 1}\n'),
        lambda place: place.write_bytes(b"[" * 100_000),
        lambda place: place.write_bytes(
            b'{"path": "", "ground": {"variables": [["a"]], "files": [1], "code": [1e400]}}\n\n'
        ),
        _unproved,
        _linked,
        _piped,
    ],
    ids=["cut", "empty", "garbage", "version", "headless", "nested", "types", "proof", "link", "pipe"],
)
def test_what_is_harmed_is_planned_anew_and_mended(file, harm):
    made = watch(file, SECRETS)
    harm(place_of(file))
    assert believed(file, SECRETS) is None
    assert watch(file, SECRETS) == made
    assert believed(file, SECRETS) == made


def _in_the_way(place: Path) -> None:
    place.unlink()
    place.mkdir()


def test_a_directory_in_its_place_is_left_where_it_is(file):
    made = watch(file, SECRETS)
    _in_the_way(place_of(file))
    assert watch(file, SECRETS) == made
    assert place_of(file).is_dir()
    assert [place_of(file)] == list(place_of(file).parent.iterdir())


def test_a_plan_under_another_ones_name_is_not_believed(file):
    watch(file, SECRETS)
    other = file.with_name("other.yml")
    other.write_text(FILE)
    place_of(file).rename(place_of(other))
    assert believed(other, SECRETS) is None

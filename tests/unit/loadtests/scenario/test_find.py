"""Which scenario a word stands for, and where addresses begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from atalaia.errors import UsageError
from loadtests.scenario import find
from loadtests.scenario.identities import chosen

STACK = 'name: shop\nsafety: sandbox\nservices: {api: {url: "http://api"}}\nclient: {addresses: NETWORK}'


def test_a_path_is_itself_and_a_name_is_a_shipped_one_or_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find("a/b.yml") == Path("a/b.yml")
    assert find("other.yaml") == Path("other.yaml")
    assert find("smoke").parent.name == "scenarios"
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "smoke.yml").write_text("name: mine")
    assert find("smoke") == Path("scenarios/smoke.yml")


def test_a_word_that_stands_for_nothing_is_told_with_what_there_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        find("stedy")
    assert str(caught.value) == (
        "no scenario is called 'stedy'; there are: breakpoint, demo, faciliauto, neo-stack, ramp, smoke,"
        " soak,"
        " spike, steady; did you mean steady?"
    )


def test_addresses_follow_those_of_the_load_before_and_begin_again_after_the_last(declared):
    environment = declared(STACK.replace("NETWORK", "127.64.0.0/24"))
    seen = [chosen(environment, 100) for _ in range(3)]
    assert len({address for block in seen[:2] for address in block}) == 200
    assert len(set(seen[2])) == 100
    assert set(seen[2]) & set(seen[0])


def test_of_a_large_network_loads_take_the_upper_half_and_checks_the_lower(declared):
    environment = declared(STACK.replace("NETWORK", "127.64.0.0/16"))
    assert environment.client.positions() == (1, 32768)
    assert environment.client.positions(load=True) == (32768, 65535)
    assert all(int(address.split(".")[2]) >= 128 for address in chosen(environment, 300))


def test_notes_that_are_none_are_made_anew(declared, tmp_path):
    environment = declared(STACK.replace("NETWORK", "127.64.0.0/24"))
    notes = tmp_path / "state" / "load-addresses.json"
    for text in ("", "[1]", '{"127.64.0.0/24": "x"}'):
        notes.parent.mkdir(exist_ok=True)
        notes.write_text(text)
        assert len(chosen(environment, 2)) == 2


def test_where_notes_cannot_be_kept_that_is_told(declared, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="which addresses the last load took cannot be noted"):
        chosen(declared(STACK.replace("NETWORK", "127.64.0.0/24")), 2)

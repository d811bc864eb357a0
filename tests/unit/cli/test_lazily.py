"""Commands that are imported when they are used are told of before that, and found like any other."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from atalaia.cli.lazily import Lazily


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> click.Group:
    (tmp_path / "lazy_one.py").write_text(
        "import click\n@click.command()\ndef one(): click.echo('one ran')\n"
    )
    (tmp_path / "lazy_broken.py").write_text("{}['not there']\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lazy_one", raising=False)
    return click.Group(commands=Lazily({"first": "lazy_one:one", "broken": "lazy_broken:it"}))


def test_only_what_is_used_is_imported(group: click.Group) -> None:
    assert group.list_commands(click.Context(group)) == ["broken", "first"]
    assert "lazy_one" not in sys.modules
    assert CliRunner().invoke(group, ["first"]).output == "one ran\n"
    assert group.commands["first"] is sys.modules["lazy_one"].one


def test_a_mistyped_name_is_told_the_nearest(group: click.Group) -> None:
    said = CliRunner().invoke(group, ["frist"]).output
    assert "No such command 'frist'. Did you mean 'first'?" in said
    assert "lazy_one" not in sys.modules


def test_a_module_that_cannot_be_imported_is_no_unknown_command(group: click.Group) -> None:
    result = CliRunner().invoke(group, ["broken"])
    assert isinstance(result.exception, KeyError)
    assert "No such command" not in result.output

"""`--help` of every command: what it does, and examples that could be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from atalaia.cli import cli


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def named(path: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no {name} in {path}"
        command = found
    return command


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "atalaia")
def test_help_says_what_it_does_with_examples_that_exist(path):
    command = named(path)
    text = command.get_help(click.Context(command, info_name="atalaia"))
    assert command.help, "what it does"
    examples = re.findall(r"^ +(?:\w+=\w+ )?atalaia (.+)$", text, re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(re.split(r" {2,}|[>|]", example)[0])
        used: tuple[str, ...] = ()
        while words and isinstance(named(used), click.Group):
            used = (*used, words.pop(0))
        known = {option for parameter in named(used).params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known, example


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "atalaia")
def test_every_option_says_what_it_is_for(path):
    silent = [each.name for each in named(path).params if isinstance(each, click.Option) and not each.help]
    assert silent == []

"""Telling what is probed, before anything is sent."""

from __future__ import annotations

import click

from atalaia.environment import Environment
from atalaia.errors import ExitCode
from probes import telling
from probes.planning.drawing import drawn
from probes.planning.shards import Shard
from probes.planning.watching import watch_of


def tell_plan(environment: Environment, shard: Shard, names: frozenset[str]) -> int:
    """Print what these probes would send and take of limiters, and what is left out. The exit code."""
    drawing = drawn(environment)
    for line in telling.plan(watch_of(environment).chosen(shard, names)):
        click.echo(line)
    if drawing.left_out:
        click.echo("left out:")
        for one in drawing.left_out:
            click.echo(f"  {one.name}: {one.why}")
    if drawing.takes:
        click.echo("taken of limiters, by all shards and locations:")
        for line in telling.takes(drawing.takes):
            click.echo(line)
    return ExitCode.OK

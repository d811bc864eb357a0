"""`atalaia probe list` and `show`: what is probed, and what was seen last. Nothing is sent."""

from __future__ import annotations

import time

import click

from atalaia.cli.chosen import environment_of, watch_of
from atalaia.cli.options import ENV, SETTINGS, SHARD
from atalaia.errors import ExitCode, UsageError


@click.command("list", context_settings=SETTINGS)
@ENV
@SHARD
def list_(env: str | None, shard: str) -> int:
    """Tell what is probed, how often, what is left out and why, and what is taken of limiters.

    \b
    Example:
      atalaia probe list --env mine

    Nothing is sent. Exits 3 where the plan takes more than 10 % of a limiter's budget.
    """
    from atalaia.cli.probe.plan import tell_plan
    from probes.planning.shards import Shard

    return tell_plan(environment_of(env), Shard.parse(shard), frozenset())


@click.command(context_settings=SETTINGS)
@click.argument("name")
@ENV
@SHARD
def show(name: str, env: str | None, shard: str) -> int:
    """Tell what the probe NAME sent and saw last, secrets left out.

    \b
    Example:
      atalaia probe show 'auth-service via load-balancer' --env mine
    """
    from probes import telling
    from probes.attribution import attribute
    from probes.planning.shards import Shard
    from probes.state import State, state_file

    watch, part = watch_of(env), Shard.parse(shard)
    (one,) = (each for each in watch.chosen(part, frozenset({name})) if each.name == name)
    path = state_file(watch.environment)
    if not path.exists():
        raise UsageError("nothing was probed here yet", where=str(path), hint="atalaia probe run")
    with State(path, now=time.time()) as state:
        last = state.last(watch.vantage(part), watch.chosen(part))
    if one.name not in last:
        raise UsageError(f"{name} has no result here yet", where=str(path), hint="atalaia probe run")
    for line in telling.shown(last[one.name], str(attribute(last.values()).get(one.group, ""))):
        click.echo(line)
    return ExitCode.OK

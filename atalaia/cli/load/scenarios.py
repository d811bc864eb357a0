"""`atalaia load list` and `validate`: what scenarios there are, and whether one is right."""

from __future__ import annotations

import os

import click

from atalaia.cli.chosen import environment_of, scenario_of
from atalaia.cli.options import ENV, SETTINGS
from atalaia.errors import ExitCode


@click.command("list", context_settings=SETTINGS)
def list_() -> int:
    """List the scenarios that there are: those that come with Atalaia, and your own in ./scenarios.

    \b
    Example:
      atalaia load list
    """
    from atalaia.cli.screen import screen
    from loadtests.scenario import load as read
    from loadtests.scenario import scenarios
    from loadtests.telling.listing import listing

    found = {name: read(path, os.environ) for name, path in scenarios().items()}
    for line in listing(found, screen()):
        click.echo(line)
    return ExitCode.OK


@click.command(context_settings=SETTINGS)
@click.argument("scenario", metavar="SCENARIO|FILE")
@ENV
def validate(scenario: str, env: str | None) -> int:
    """Say whether a SCENARIO is right; with an environment, also whether it may be sent there.

    \b
    Examples:
      atalaia load validate scenarios/mine.yml
      atalaia load validate scenarios/mine.yml --env mine

    Every fault at once, with file and line; exits 3. Nothing is sent, but a login where tokens come
    from one.
    """
    from loadtests.scenario import plan

    chosen = scenario_of(scenario)
    if env is not None:
        plan(chosen, environment_of(env))
    click.echo(f"{chosen.file}: OK")
    return ExitCode.OK

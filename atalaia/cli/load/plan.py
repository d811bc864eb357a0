"""Telling what a load test would send, before anything is sent."""

from __future__ import annotations

import click

from atalaia.cli.screen import columns
from atalaia.environment import Environment
from atalaia.errors import ExitCode
from atalaia.redaction import Redactor
from loadtests.scenario import Scenario, plan, thresholds
from loadtests.telling.planned import planned


def tell_plan(chosen: Scenario, environment: Environment, rate: float | None) -> int:
    """Print the plan of a scenario, secrets left out. The exit code."""
    made = plan(chosen, environment, rate=rate)
    redacted = Redactor(environment.secrets() | chosen.secrets())
    for line in planned(made, thresholds(chosen, environment, rate=rate), environment, columns()):
        click.echo(redacted(line))
    return ExitCode.OK

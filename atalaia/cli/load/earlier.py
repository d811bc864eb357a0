"""`atalaia load show`, `history` and `accept`: what earlier runs said."""

from __future__ import annotations

from pathlib import Path

import click

from atalaia.cli.options import OUT, SETTINGS
from atalaia.errors import ExitCode


@click.command(context_settings=SETTINGS)
@click.argument("load_json", metavar="[LOAD_JSON]", type=click.Path(path_type=Path), required=False)
@click.option("--format", "shape", type=click.Choice(["terminal", "markdown"]), default="terminal",
              show_default=True, help="For whom: a terminal, or the summary of a CI job.")  # fmt: skip
def show(load_json: Path | None, shape: str) -> int:
    """Tell what a run found, once more, from its LOAD_JSON (default: out/load.json, the latest).

    \b
    Examples:
      atalaia load show
      atalaia load show --format markdown >> "$GITHUB_STEP_SUMMARY"

    Exits 0 when it is told, whatever it says; 3 where there is no such file.
    """
    from atalaia.cli.screen import screen
    from loadtests.history.keeping import read
    from loadtests.telling import markdown
    from loadtests.telling.facts import CODES
    from loadtests.telling.report import render

    path = load_json or Path("out") / "load.json"
    record = read(path)
    if shape == "markdown":
        # For a file on GitHub, whatever the encoding of this terminal.
        click.echo(markdown.render(record).encode(), nl=False)
    else:
        click.echo(render(record, screen(), str(path), CODES[record.verdict.outcome]), nl=False)
    return ExitCode.OK


@click.command(context_settings=SETTINGS)
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option("--env", metavar="NAME", help="Only runs against the environment of this name.")
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="So many at most.")
@OUT
def history(scenario: str | None, env: str | None, last: int, out: Path) -> int:
    """List earlier runs, the latest first: what they said, and how fast the stack was.

    \b
    Examples:
      atalaia load history
      atalaia load history steady --env mine

    A run is compared with the median of the last seven that passed, of the same scenario, target, kind
    of machine and number of workers.
    """
    from atalaia.cli.screen import screen
    from loadtests.history.keeping import history as kept
    from loadtests.telling.listing import past

    known = kept(out)
    for trouble in known.unreadable:
        click.echo(str(trouble), err=True)
    wanted = [
        record
        for record in known.records
        if scenario in (None, record.configuration.scenario) and env in (None, record.environment)
    ]
    for line in past(wanted[:last], screen()):
        click.echo(line)
    return ExitCode.OK


@click.command(context_settings=SETTINGS)
@click.argument("run", metavar="RUN")
@OUT
def accept(run: str, out: Path) -> int:
    """From this RUN on, this is how fast it is: later runs are compared with none before it.

    \b
    Example:
      atalaia load accept 20261121T121500Z-ab12cd

    For a change that is meant and made it slower. Exits 3 where there is no such run, or it is INVALID.
    """
    from loadtests.history.keeping import accept as note

    record = note(out, run)
    click.echo(f"{record.configuration.scenario}: runs are compared with {run} and later ones from now on")
    return ExitCode.OK

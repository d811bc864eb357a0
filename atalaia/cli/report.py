"""`atalaia report`: what a run found, once more."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

_WIDEST = 120
"""Columns. Longer lines are hard to read."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("findings", metavar="[FINDINGS_JSON]", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["terminal", "markdown"]),
    default="terminal",
    show_default=True,
    help="For whom: a terminal, or the summary of a CI job.",
)
def report(findings: Path | None, shape: str) -> None:
    """Tell what a run found, from its FINDINGS_JSON (default: out/findings.json, the latest run).

    \b
    Examples:
      atalaia report
      atalaia report out/runs/20261121T121500Z-ab12cd/findings.json
      atalaia report --format markdown >> "$GITHUB_STEP_SUMMARY"

    Colour on a terminal only, and not where NO_COLOR is set. Exits 0 when the report is written,
    whatever it says: `atalaia check` tells by its exit code. Exits 3 where there is no such file,
    4 where the report cannot be written.
    """
    from atalaia.run.record import read_record
    from reports import markdown, terminal
    from reports.screen import writes_unicode

    path = findings or Path("out/findings.json")
    record = read_record(path)
    if shape == "markdown":
        # For a file on GitHub, whatever the encoding of this terminal.
        click.echo(markdown.render(record).encode(), nl=False)
        return
    text = terminal.render(
        record,
        width=min(shutil.get_terminal_size().columns, _WIDEST),
        colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
        path=str(path),
        unicode=writes_unicode(sys.stdout),
    )
    click.echo(text, nl=False)

"""What several commands have in common: how they are set, and options that mean the same in each."""

from __future__ import annotations

from pathlib import Path

import click

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
FILE = click.Path(dir_okay=False, path_type=Path)
ENV = click.option(
    "--env", metavar="NAME|FILE", help="Environment; `sandbox` is the one that runs. [$ATALAIA_ENV]"
)
SHARD = click.option(
    "--shard",
    metavar="I/N",
    default="0/1",
    help="Only this part of the probes, the first being 0; stable under adding targets.",
)
OUT = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Where results go, and earlier ones are.",
)

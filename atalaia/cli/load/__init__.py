"""`atalaia load`: load tests, with a verdict."""

from __future__ import annotations

import click

from atalaia.cli.lazily import Lazily
from atalaia.cli.options import SETTINGS

_COMMANDS = {
    "accept": "atalaia.cli.load.earlier:accept",
    "history": "atalaia.cli.load.earlier:history",
    "list": "atalaia.cli.load.scenarios:list_",
    "run": "atalaia.cli.load.running:run",
    "show": "atalaia.cli.load.earlier:show",
    "validate": "atalaia.cli.load.scenarios:validate",
    "worker": "atalaia.cli.load.running:worker",
}


@click.group(context_settings=SETTINGS, commands=Lazily(_COMMANDS))
def load() -> None:
    """Send load at a stack, open-model, and say PASS, FAIL or INVALID.

    \b
    Examples:
      atalaia load list                          the scenarios that there are
      atalaia load run smoke --env sandbox       a few requests to everything
      atalaia load run steady --env mine --plan  what would be sent, and what limiters allow
      atalaia load run steady --env mine         1000 requests a second, judged by the SLO
      atalaia load history steady --env mine     what earlier runs said

    Docs: docs/load.md. Needs locust: pip install 'atalaia[load]'.
    """

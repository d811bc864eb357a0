"""`atalaia probe`: probe a stack again and again, and tell Prometheus."""

from __future__ import annotations

import click

from atalaia.cli.lazily import Lazily
from atalaia.cli.options import SETTINGS

_COMMANDS = {
    "backfill": "atalaia.cli.probe.upkeep:backfill",
    "list": "atalaia.cli.probe.looking:list_",
    "prune": "atalaia.cli.probe.upkeep:prune",
    "run": "atalaia.cli.probe.running:run",
    "serve": "atalaia.cli.probe.running:serve",
    "show": "atalaia.cli.probe.looking:show",
}


@click.group(context_settings=SETTINGS, commands=Lazily(_COMMANDS))
def probe() -> None:
    """Probe a stack from cron or as a daemon, and push what is seen to Prometheus.

    \b
    Examples:
      atalaia probe list --env mine      what is probed, how often, and what it takes of limiters
      atalaia probe run --env mine       once; for cron, every minute
      atalaia probe serve --env mine     by its own schedule, until it is told to end
      atalaia probe show NAME --env mine what was sent and seen last

    Docs: docs/probes.md, and deploy/probes/ for cron, systemd and Kubernetes.
    """

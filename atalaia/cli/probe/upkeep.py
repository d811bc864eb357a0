"""`atalaia probe prune` and `backfill`: what nobody writes any more, and what could not be pushed."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from atalaia.cli.chosen import environment_of
from atalaia.cli.options import ENV, FILE, SETTINGS
from atalaia.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from atalaia.environment import Environment
    from atalaia.environment.url import Url


@click.command(context_settings=SETTINGS)
@click.option("--env", "envs", metavar="NAME|FILE", multiple=True, help="An environment that pushes there; "
              "name all. [$ATALAIA_ENV]")  # fmt: skip
@click.option("--shards", type=click.IntRange(min=1), help="Parts the probes are divided into; default: "
              "as the group says that was pushed last.")  # fmt: skip
@click.option("--delete", is_flag=True, help="Take them away; without it they are only listed.")
def prune(envs: tuple[str, ...], shards: int | None, delete: bool) -> int:
    """List, and with --delete take away, what lies in the Pushgateway and is written by nobody any more.

    \b
    Examples:
      atalaia probe prune --env mine --env staging            every environment that pushes there
      atalaia probe prune --env mine --env staging --delete

    Groups of environments that are not named, of locations and shards that there are no more. Other
    jobs' groups are left alone.
    """
    import asyncio

    from atalaia.redaction import Redactor
    from atalaia.run.network import network_of
    from probes.planning.drawing import interval_of
    from probes.prune import Watched, look, remove

    environments = [environment_of(each) for each in envs or (None,)]
    url = _one_pushgateway(environments)
    watched = {
        one.name: Watched(
            one.name,
            frozenset({one.probes.location or "", *one.probes.locations}),
            interval_of(one),
            shards,
        )
        for one in environments
    }
    network = network_of(environments[0], None, "prune")
    redactor = Redactor(secret for one in environments for secret in one.secrets())
    gone = asyncio.run(look(url, network, watched, now=time.time(), redactor=redactor))
    for one in gone:
        labels = ", ".join(f"{name}={value}" for name, value in sorted(one.group.labels.items()))
        click.echo(f"{labels}: {one.why}")
    if delete and gone:
        asyncio.run(remove(url, network, gone, redactor=redactor))
    hint = "" if delete or not gone else "; --delete takes them away"
    verb = "taken away from" if delete else "obsolete in"
    click.echo(f"{len(gone)} group{'' if len(gone) == 1 else 's'} {verb} {url}{hint}")
    return ExitCode.OK


@click.command(context_settings=SETTINGS)
@ENV
@click.option("--out", type=FILE, required=True, help="The file that is written: OpenMetrics.")
@click.option("--since", metavar="TIME", help="2026-11-21T14:00:00Z; default: the first result that is kept.")
@click.option("--until", metavar="TIME", help="Default: three hours ago, the latest that is safe.")
@click.option("--delivered", is_flag=True, help="Also what the Pushgateway took.")
@click.option("--counters", is_flag=True, help="Counters too; only where Prometheus scraped nothing then.")
def backfill(
    env: str | None, out: Path, since: str | None, until: str | None, delivered: bool, counters: bool
) -> int:
    """Write results that could not be pushed for Prometheus, each at its own moment.

    \b
    Example:
      atalaia probe backfill --env mine --out probes.om
      promtool tsdb create-blocks-from openmetrics probes.om /var/lib/prometheus

    Prometheus calls it unsafe to backfill the last three hours: what is younger is refused, and it is
    said from when on it may be.
    """
    from probes.backfill import Wanted
    from probes.backfill import backfill as write
    from probes.state import State, state_file

    environment = environment_of(env)
    path = state_file(environment.name)
    if not path.exists():
        raise UsageError("nothing was probed here yet", where=str(path), hint="atalaia probe run")
    wanted = Wanted(
        environment.name,
        since=_moment("--since", since),
        until=_moment("--until", until),
        delivered=delivered,
        counters=counters,
    )
    with State(path, now=time.time()) as state:
        written = write(state, out, wanted, now=time.time())
    click.echo(f"{out}: results {written.results}, from {_told(written.first)} to {_told(written.last)}")
    if written.safe is not None:
        click.echo(f"younger ones: {written.too_young}; they may be from {_told(written.safe)} on")
    return ExitCode.OK


def _one_pushgateway(environments: list[Environment]) -> Url:
    there = {one.probes.pushgateway.origin: one.probes.pushgateway for one in environments
             if one.probes.pushgateway}  # fmt: skip
    if len(there) != 1:
        raise UsageError(
            "these environments push to several Pushgateways" if there else "no Pushgateway is declared",
            where="probes.pushgateway",
            hint="prune one at a time",
        )
    return next(iter(there.values()))


def _moment(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("that is no time", where=option, expected="2026-11-21T14:00:00Z") from None
    if moment.tzinfo is None:
        raise UsageError("which time zone is that", where=option, expected="2026-11-21T14:00:00Z")
    return moment.timestamp()


def _told(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

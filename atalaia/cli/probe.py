"""`atalaia probe`: probe a stack again and again, and tell Prometheus."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from atalaia.cli.start import quick_start
from atalaia.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from atalaia.environment import Environment
    from atalaia.environment.url import Url
    from probes.planning.shards import Shard
    from probes.receivers import Receivers
    from probes.watch import Watch

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_FILE = click.Path(dir_okay=False, path_type=Path)
_ENV = click.option(
    "--env", metavar="NAME|FILE", help="Environment; `sandbox` is the one that runs. [$ATALAIA_ENV]"
)
_SHARD = click.option(
    "--shard",
    metavar="I/N",
    default="0/1",
    help="Only this part of the probes, the first being 0; stable under adding targets.",
)
_NO_PUSH = click.option("--no-push", is_flag=True, help="Leave the Pushgateway alone.")
_TEXTFILE = click.option(
    "--textfile", type=_FILE, metavar="FILE.prom", help="Also write this for node_exporter's collector."
)
_JSON_LINES = click.option(
    "--json-lines", type=_FILE, help="Also append a line of JSON a result; - is stdout."
)


@click.group(context_settings=_SETTINGS)
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


@probe.command(context_settings=_SETTINGS)
@_ENV
@_SHARD
@click.option("--probe", "names", metavar="NAME", multiple=True, help="Only this probe; may be repeated.")
@click.option("--plan", "only_plan", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option("--fail", is_flag=True, help="For pipelines: exit 1 where a probe fails.")
@_NO_PUSH
@_TEXTFILE
@_JSON_LINES
@click.option("--junit", type=_FILE, help="Also write JUnit XML.")
def run(
    env: str | None,
    shard: str,
    names: tuple[str, ...],
    only_plan: bool,
    fail: bool,
    no_push: bool,
    textfile: Path | None,
    json_lines: Path | None,
    junit: Path | None,
) -> int:
    """Probe once everything whose turn it is, count it, and push it.

    \b
    Examples:
      atalaia probe run --env mine                            from cron, every minute
      atalaia probe run --env mine --fail --junit junit.xml   in a pipeline, after a deploy
      atalaia probe run --env mine --probe auth-service       one only, by its name
      atalaia probe run --env mine --shard 0/3                a third of the probes

    A target that fails is a result, and no failure of the run: exits 0, unless --fail. Exits 1 with
    --fail where a probe failed; 2 where the negative control did not fail (nothing is believed) or
    another run is under way; 3 usage, configuration, or a plan that takes too much of a limiter;
    4 measured, and not delivered or not counted; 5 a defect of Atalaia.
    """
    with quick_start():
        from probes import telling
        from probes.cron_run import Asked, run_once
        from probes.planning.shards import Shard
        from probes.verdict import exit_code

        part = Shard.parse(shard)
        if only_plan:
            return _print_plan(_environment(env), part, frozenset(names))
        watch = _watch(env, keep=True)
    receivers = _receivers(watch, no_push, textfile, json_lines, junit)
    done = run_once(watch, Asked(part, frozenset(names), receivers))
    to_stdout = json_lines is not None and str(json_lines) == "-"
    for line in telling.run(done):
        click.echo(line, err=to_stdout)
    for line in telling.troubles(done):
        click.echo(line, err=True)
    return exit_code(done, fail=fail)


@probe.command(context_settings=_SETTINGS)
@_ENV
@_SHARD
@_NO_PUSH
@_TEXTFILE
@_JSON_LINES
@click.option(
    "--listen",
    metavar="[HOST:]PORT",
    help="Also serve /metrics there; on 127.0.0.1 where no host is told.",
)
def serve(
    env: str | None,
    shard: str,
    no_push: bool,
    textfile: Path | None,
    json_lines: Path | None,
    listen: str | None,
) -> int:
    """Probe by an own schedule, each probe at its own moment, until SIGTERM; then finish and push.

    \b
    Examples:
      atalaia probe serve --env mine
      atalaia probe serve --env mine --no-push --listen 9750   for Prometheus to scrape; honor_labels: true

    Exits 0 when it was told to end; 4 when what it knew then could not be delivered.
    """
    from probes.cron_run import Asked
    from probes.planning.shards import Shard
    from probes.serve import serve_until_told

    watch = _watch(env, keep=True)
    receivers = _receivers(watch, no_push, textfile, json_lines, None)
    asked = Asked(Shard.parse(shard), receivers=receivers)
    return serve_until_told(watch, asked, _address(listen), say=lambda line: click.echo(line, err=True))


@probe.command("list", context_settings=_SETTINGS)
@_ENV
@_SHARD
def list_(env: str | None, shard: str) -> int:
    """Tell what is probed, how often, what is left out and why, and what is taken of limiters.

    \b
    Example:
      atalaia probe list --env mine

    Nothing is sent. Exits 3 where the plan takes more than 10 % of a limiter's budget.
    """
    from probes.planning.shards import Shard

    return _print_plan(_environment(env), Shard.parse(shard), frozenset())


@probe.command(context_settings=_SETTINGS)
@click.argument("name")
@_ENV
@_SHARD
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

    watch, part = _watch(env), Shard.parse(shard)
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


@probe.command(context_settings=_SETTINGS)
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

    environments = [_environment(each) for each in envs or (None,)]
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


@probe.command(context_settings=_SETTINGS)
@_ENV
@click.option("--out", type=_FILE, required=True, help="The file that is written: OpenMetrics.")
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

    environment = _environment(env)
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


def _environment(selector: str | None) -> Environment:
    from atalaia.environment.find import find
    from atalaia.environment.loader import load

    return load(find(selector), os.environ)


def _watch(selector: str | None, *, keep: bool = False) -> Watch:
    from atalaia.environment.find import find
    from probes.remembered import watch

    return watch(find(selector), os.environ, keep=keep)


def _receivers(
    watch: Watch,
    no_push: bool,
    textfile: Path | None,
    json_lines: Path | None,
    junit: Path | None,
) -> Receivers:
    from probes.receivers import Receivers

    if textfile and textfile.suffix != ".prom":
        raise UsageError("node_exporter's collector reads only files that end in .prom", where="--textfile")
    for option, path in (("--textfile", textfile), ("--json-lines", json_lines), ("--junit", junit)):
        if path and str(path) != "-" and not path.absolute().parent.is_dir():
            raise UsageError(f"{path.absolute().parent} is no directory", where=option)
    pushgateway = None if no_push else watch.pushgateway
    return Receivers(pushgateway, textfile, json_lines, junit)


def _print_plan(environment: Environment, shard: Shard, names: frozenset[str]) -> int:
    from probes import telling
    from probes.planning.drawing import drawn
    from probes.planning.watching import watch_of

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


def _address(listen: str | None) -> tuple[str, int] | None:
    if listen is None:
        return None
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError("that is no address to listen on", where="--listen", expected="[HOST:]PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


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

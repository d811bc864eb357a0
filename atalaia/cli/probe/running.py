"""`atalaia probe run` and `serve`: probe once, or until told to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from atalaia.cli.chosen import environment_of, watch_of
from atalaia.cli.options import ENV, FILE, SETTINGS, SHARD
from atalaia.cli.start import quick_start
from atalaia.errors import UsageError

if TYPE_CHECKING:
    from probes.receivers import Receivers
    from probes.watch import Watch

_NO_PUSH = click.option("--no-push", is_flag=True, help="Leave the Pushgateway alone.")
_TEXTFILE = click.option(
    "--textfile", type=FILE, metavar="FILE.prom", help="Also write this for node_exporter's collector."
)
_JSON_LINES = click.option(
    "--json-lines", type=FILE, help="Also append a line of JSON a result; - is stdout."
)


@click.command(context_settings=SETTINGS)
@ENV
@SHARD
@click.option("--probe", "names", metavar="NAME", multiple=True, help="Only this probe; may be repeated.")
@click.option("--plan", "only_plan", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option("--fail", is_flag=True, help="For pipelines: exit 1 where a probe fails.")
@_NO_PUSH
@_TEXTFILE
@_JSON_LINES
@click.option("--junit", type=FILE, help="Also write JUnit XML.")
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
            from atalaia.cli.probe.plan import tell_plan

            return tell_plan(environment_of(env), part, frozenset(names))
        watch = watch_of(env, keep=True)
    receivers = _receivers(watch, no_push, textfile, json_lines, junit)
    done = run_once(watch, Asked(part, frozenset(names), receivers))
    to_stdout = json_lines is not None and str(json_lines) == "-"
    for line in telling.run(done):
        click.echo(line, err=to_stdout)
    for line in telling.troubles(done):
        click.echo(line, err=True)
    return exit_code(done, fail=fail)


@click.command(context_settings=SETTINGS)
@ENV
@SHARD
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
    from atalaia.cli.addresses import address
    from probes.cron_run import Asked
    from probes.planning.shards import Shard
    from probes.serve import serve_until_told

    watch = watch_of(env, keep=True)
    receivers = _receivers(watch, no_push, textfile, json_lines, None)
    asked = Asked(Shard.parse(shard), receivers=receivers)
    at = address("--listen", listen) if listen is not None else None
    return serve_until_told(watch, asked, at, say=lambda line: click.echo(line, err=True))


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

"""`atalaia load`: load tests, with a verdict."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from atalaia.cli.writable import refuse_unwritable
from atalaia.errors import DeliveryError, ExitCode, UsageError

if TYPE_CHECKING:
    from atalaia.environment import Environment
    from loadtests.process import Address
    from loadtests.run import Ran
    from loadtests.scenario import Scenario
    from reports.screen import Screen

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_WIDEST = 120
"""Columns. Longer lines are hard to read."""
_PORT = 5557
"""Where Locust's workers find their master, unless it is told."""
_FILE = click.Path(dir_okay=False, path_type=Path)
_ENV = click.option(
    "--env", metavar="NAME|FILE", help="Environment; `sandbox` is the one that runs. [$ATALAIA_ENV]"
)
_RATE = click.option("--rate", metavar="RATE", help="Arrivals a second instead of the scenario's: 500/s.")
_OUT = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Where results go, and earlier ones are.",
)


@click.group(context_settings=_SETTINGS)
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


@load.command(context_settings=_SETTINGS)
@click.argument("scenario", metavar="SCENARIO|FILE")
@_ENV
@_RATE
@click.option("--plan", "only_plan", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes that generate load, on this machine.")  # fmt: skip
@click.option(
    "--master", is_flag=True, help="Load comes from workers on other machines (atalaia load worker)."
)
@click.option("--expect-workers", type=click.IntRange(min=1), help="With --master: how many.")
@click.option("--bind", metavar="[HOST:]PORT", default=f"127.0.0.1:{_PORT}", show_default=True,
              help="With --master: where they find it.")  # fmt: skip
@click.option("--no-abort", is_flag=True, help="Go on to the end, also where it cannot pass any more.")
@click.option("--csv", metavar="PREFIX", type=_FILE, help="Also write Locust's own CSV files.")
@click.option("--html", type=_FILE, help="Also write Locust's own report.")
@click.option("--web", is_flag=True, help="Show Locust's web page, on 127.0.0.1 only.")
@click.option("--listen", metavar="[HOST:]PORT",
              help="Serve /metrics of the run there meanwhile; HOST is 127.0.0.1 unless told.")  # fmt: skip
@click.option("--markdown", type=_FILE, help="Also append the report to FILE, in Markdown.")
@_OUT
@click.option("--no-push", is_flag=True, help="Leave the Pushgateway alone.")
def run(
    scenario: str,
    env: str | None,
    rate: str | None,
    only_plan: bool,
    workers: int,
    master: bool,
    expect_workers: int | None,
    bind: str,
    no_abort: bool,
    csv: Path | None,
    html: Path | None,
    web: bool,
    listen: str | None,
    markdown: Path | None,
    out: Path,
    no_push: bool,
) -> int:
    """Send the load of a SCENARIO, and tell whether the stack held what it should.

    \b
    Examples:
      atalaia load run smoke --env sandbox
      atalaia load run steady --env mine --workers 2
      atalaia load run scenarios/mine.yml --env mine --rate 200/s
      atalaia load run steady --env mine --master --expect-workers 3 --bind 10.0.0.4:5557

    Refused in production, unless the environment says `load: {allowed: true, max_rate: …}`. Ctrl-C
    stops within two seconds, and still writes a verdict; a second one kills.

    Exits 0 PASS; 1 FAIL; 2 INVALID: the generator was at fault, or it was interrupted, so that nothing
    can be said; 3 usage, configuration, a limiter in the way, safety; 4 measured, and not delivered;
    5 a defect of Atalaia.
    """
    if master is (expect_workers is None):
        raise UsageError("--master and --expect-workers belong together", where="--master")
    if master and workers != 1:
        raise UsageError("--workers are those of this machine, and --master has none", where="--workers")
    environment = _environment(env)
    chosen = _scenario(scenario)
    asked_rate = _per_second(rate)
    if only_plan:
        return _print_plan(chosen, environment, asked_rate)
    _refuse_without_locust()
    for option, place in (("--out", out), ("--csv", csv), ("--html", html), ("--markdown", markdown)):
        if place:
            refuse_unwritable(place if option == "--out" else place.absolute().parent, option)
    from loadtests.run import Asked
    from loadtests.run import run as send

    asked = Asked(
        out=out.absolute(),
        workers=0 if master else workers,
        remote=expect_workers or 0,
        bind=_address("--bind", bind) if master else None,
        abort=not no_abort,
        csv=csv,
        html=html,
        web=web,
        rate=asked_rate,
        push=not no_push,
        listen=_pair("--listen", listen) if listen else None,
        columns=_columns(),
    )
    ran = send(environment, chosen, asked, say=lambda line: click.echo(line, err=True))
    return _told(ran, environment, out.absolute(), markdown, push=not no_push)


@load.command(context_settings=_SETTINGS)
@click.argument("scenario", metavar="SCENARIO|FILE")
@_ENV
@_RATE
@click.option("--master-host", required=True, metavar="HOST", help="Where `atalaia load run --master` runs.")
@click.option("--master-port", type=click.IntRange(1, 65535), default=_PORT, show_default=True,
              help="And on which port.")  # fmt: skip
def worker(scenario: str, env: str | None, rate: str | None, master_host: str, master_port: int) -> int:
    """Generate a share of the load of a SCENARIO, for a master on another machine.

    \b
    Example:
      atalaia load worker steady --env mine --master-host 10.0.0.4

    Scenario, environment and secrets are this machine's own, and so are host, rate cap and safety; they
    never come over the network. A worker whose plan differs from the master's is refused. Exits 0 when
    its load has ended; 2 where the master vanished, or refused it.
    """
    from loadtests.process import Address, work
    from loadtests.scenario import plan

    environment, chosen = _environment(env), _scenario(scenario)
    _refuse_without_locust()
    trouble = work(plan(chosen, environment, rate=_per_second(rate)), Address(master_host, master_port))
    if trouble:
        click.echo(trouble, err=True)
    return ExitCode.NOT_MEASURED if trouble else ExitCode.OK


@load.command("list", context_settings=_SETTINGS)
def list_() -> int:
    """List the scenarios that there are: those that come with Atalaia, and your own in ./scenarios.

    \b
    Example:
      atalaia load list
    """
    from loadtests.scenario import load as read
    from loadtests.scenario import scenarios
    from loadtests.telling.listing import listing

    found = {name: read(path, os.environ) for name, path in scenarios().items()}
    for line in listing(found, _screen()):
        click.echo(line)
    return ExitCode.OK


@load.command(context_settings=_SETTINGS)
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
        click.echo(render(record, _screen(), str(path), CODES[record.verdict.outcome]), nl=False)
    return ExitCode.OK


@load.command(context_settings=_SETTINGS)
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option("--env", metavar="NAME", help="Only runs against the environment of this name.")
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="So many at most.")
@_OUT
def history(scenario: str | None, env: str | None, last: int, out: Path) -> int:
    """List earlier runs, the latest first: what they said, and how fast the stack was.

    \b
    Examples:
      atalaia load history
      atalaia load history steady --env mine

    A run is compared with the median of the last seven that passed, of the same scenario, target, kind
    of machine and number of workers.
    """
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
    for line in past(wanted[:last], _screen()):
        click.echo(line)
    return ExitCode.OK


@load.command(context_settings=_SETTINGS)
@click.argument("run", metavar="RUN")
@_OUT
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


@load.command(context_settings=_SETTINGS)
@click.argument("scenario", metavar="SCENARIO|FILE")
@_ENV
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

    chosen = _scenario(scenario)
    if env is not None:
        plan(chosen, _environment(env))
    click.echo(f"{chosen.file}: OK")
    return ExitCode.OK


def _told(ran: Ran, environment: Environment, out: Path, markdown: Path | None, *, push: bool) -> int:
    """Keep it, push it, tell it. The exit code."""
    from loadtests.history.keeping import keep
    from loadtests.metrics.exposition import final
    from loadtests.metrics.pushing import push as hand_over
    from loadtests.metrics.pushing import pushgateway_of
    from loadtests.telling import markdown as as_markdown
    from loadtests.telling.facts import CODES
    from loadtests.telling.report import render

    record, troubles, path = ran.record, [], ""
    try:
        kept = keep(record, ran.measured, out)
        path = str(kept.relative_to(Path.cwd()) if kept.is_relative_to(Path.cwd()) else kept)
    except DeliveryError as error:
        troubles.append(error)
    if markdown:
        try:
            with markdown.open("a", encoding="utf-8") as file:
                file.write(as_markdown.render(record))
        except OSError as error:
            what = f"the report cannot be written: {error.strerror}"
            troubles.append(DeliveryError(what, where=str(markdown)))
    to = pushgateway_of(environment) if push else None
    if to:
        labels = {"environment": record.environment, "scenario": record.configuration.scenario}
        page = final(labels, record.verdict, ran.measured)
        try:
            hand_over(page, labels, to, environment, f"they are in {path}" if path else "")
        except DeliveryError as error:
            troubles.append(error)
    if ran.measured.unwritten:
        troubles.append(DeliveryError(f"Locust's own files cannot be written: {ran.measured.unwritten}"))
    code = CODES[record.verdict.outcome] or (ExitCode.NOT_DELIVERED if troubles else ExitCode.OK)
    click.echo(render(record, _screen(), path, code), nl=False)
    for trouble in troubles:
        click.echo(str(trouble), err=True)
    if ran.live:
        click.echo(f"live metrics: {ran.live}", err=True)
    return code


def _environment(selector: str | None) -> Environment:
    from atalaia.environment.find import find
    from atalaia.environment.loader import load as read

    return read(find(selector), os.environ)


def _scenario(chosen: str) -> Scenario:
    from loadtests.scenario import find
    from loadtests.scenario import load as read

    return read(find(chosen), os.environ)


def _print_plan(chosen: Scenario, environment: Environment, rate: float | None) -> int:
    from atalaia.redaction import Redactor
    from loadtests.scenario import plan, thresholds
    from loadtests.telling.planned import planned

    made = plan(chosen, environment, rate=rate)
    redacted = Redactor(environment.secrets() | chosen.secrets())
    for line in planned(made, thresholds(chosen, environment, rate=rate), environment, _columns()):
        click.echo(redacted(line))
    return ExitCode.OK


def _refuse_without_locust() -> None:
    if find_spec("locust") is None:
        raise UsageError("locust is not installed, which sends the load", hint="pip install 'atalaia[load]'")


def _per_second(rate: str | None) -> float | None:
    from atalaia.environment.units import parse_rate

    if rate is None:
        return None
    try:
        return parse_rate(rate)
    except ValueError as error:
        raise UsageError(str(error), where="--rate") from None


def _pair(option: str, text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError("that is no address to listen on", where=option, expected="[HOST:]PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _address(option: str, text: str) -> Address:
    from loadtests.process import Address

    return Address(*_pair(option, text))


def _screen() -> Screen:
    from reports.screen import Screen, writes_unicode

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Screen(_columns(), colour, writes_unicode(sys.stdout))


def _columns() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)

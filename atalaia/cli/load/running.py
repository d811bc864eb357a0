"""`atalaia load run` and `worker`: send load from here, or a share of it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from atalaia.cli.addresses import address
from atalaia.cli.chosen import environment_of, scenario_of
from atalaia.cli.options import ENV, FILE, OUT, SETTINGS
from atalaia.cli.writable import refuse_unwritable
from atalaia.errors import ExitCode, UsageError

_PORT = 5557
"""Where Locust's workers find their master, unless it is told."""
_RATE = click.option("--rate", metavar="RATE", help="Arrivals a second instead of the scenario's: 500/s.")


@click.command(context_settings=SETTINGS)
@click.argument("scenario", metavar="SCENARIO|FILE")
@ENV
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
@click.option("--csv", metavar="PREFIX", type=FILE, help="Also write Locust's own CSV files.")
@click.option("--html", type=FILE, help="Also write Locust's own report.")
@click.option("--web", is_flag=True, help="Show Locust's web page, on 127.0.0.1 only.")
@click.option("--listen", metavar="[HOST:]PORT",
              help="Serve /metrics of the run there meanwhile; HOST is 127.0.0.1 unless told.")  # fmt: skip
@click.option("--markdown", type=FILE, help="Also append the report to FILE, in Markdown.")
@OUT
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
    environment = environment_of(env)
    chosen = scenario_of(scenario)
    asked_rate = _per_second(rate)
    if only_plan:
        from atalaia.cli.load.plan import tell_plan

        return tell_plan(chosen, environment, asked_rate)
    _refuse_without_locust()
    for option, place in (("--out", out), ("--csv", csv), ("--html", html), ("--markdown", markdown)):
        if place:
            refuse_unwritable(place if option == "--out" else place.absolute().parent, option)
    from atalaia.cli.load.ended import keep_and_tell
    from atalaia.cli.screen import columns
    from loadtests.process import Address
    from loadtests.run import Asked
    from loadtests.run import run as send

    asked = Asked(
        out=out.absolute(),
        workers=0 if master else workers,
        remote=expect_workers or 0,
        bind=Address(*address("--bind", bind)) if master else None,
        abort=not no_abort,
        csv=csv,
        html=html,
        web=web,
        rate=asked_rate,
        push=not no_push,
        listen=address("--listen", listen) if listen else None,
        columns=columns(),
    )
    ran = send(environment, chosen, asked, say=lambda line: click.echo(line, err=True))
    return keep_and_tell(ran, environment, out.absolute(), markdown, push=not no_push)


@click.command(context_settings=SETTINGS)
@click.argument("scenario", metavar="SCENARIO|FILE")
@ENV
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

    environment, chosen = environment_of(env), scenario_of(scenario)
    _refuse_without_locust()
    trouble = work(plan(chosen, environment, rate=_per_second(rate)), Address(master_host, master_port))
    if trouble:
        click.echo(trouble, err=True)
    return ExitCode.NOT_MEASURED if trouble else ExitCode.OK


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

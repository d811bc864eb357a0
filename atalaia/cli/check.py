"""`atalaia check`: run suites against an environment."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from difflib import get_close_matches
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from atalaia.cli.start import quick_start
from atalaia.cli.writable import refuse_unwritable
from atalaia.errors import DeliveryError, ExitCode, NotMeasured, UsageError

if TYPE_CHECKING:
    from atalaia.environment import Environment

SUITES = {
    "connectivity": "suites.connectivity",
    "gateway": "suites.gateway",
    "routing": "suites.gateway.routing",
    "rate-limit": "suites.gateway.rate_limit",
    "cors": "suites.gateway.cors",
    "security-headers": "suites.gateway.security_headers",
    "authentication": "suites.gateway.authentication",
    "metrics": "suites.metrics",
    "metrics-collection": "suites.metrics.collection",
    "alerting": "suites.metrics.alerting",
    "dashboards": "suites.metrics.dashboards",
    "drill": "suites.drill",
}
_BY_DEFAULT = ("connectivity", "gateway", "metrics")
"""What runs where none is named: each test once."""
_PYTEST_CODES = {2: ExitCode.NOT_MEASURED, 3: ExitCode.DEFECT, 4: ExitCode.USAGE}
_NOTHING_COLLECTED = 5


def _known(context: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """The suites, if there are such."""
    for name in names:
        if name not in SUITES:
            near = get_close_matches(name.lower(), SUITES, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"there is no suite {name!r}", hint=f"{meant}suites: {', '.join(SUITES)}")
    return names


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("suite", nargs=-1, metavar="[SUITE]...", callback=_known)
@click.option(
    "--env", metavar="NAME|FILE", help="Environment; `sandbox` is the one that runs. [$ATALAIA_ENV]"
)
@click.option("--plan", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option("--keyword", "-k", metavar="EXPRESSION", help="Only the tests that match (pytest's -k).")
@click.option("--workers", "-n", type=click.IntRange(min=1), help="Processes side by side; default: one.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Also write JUnit XML.")
@click.option("--allure", type=click.Path(file_okay=False, path_type=Path), help="Also write Allure results.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Where results go.",
)
@click.option("--enforce", is_flag=True, help="A missing tool or credential counts as not measured (exit 2).")
@click.option(
    "--pytest", "further", metavar="ARGUMENTS", default="", help="More arguments for pytest, quoted."
)
def check(
    suite: tuple[str, ...],
    env: str | None,
    plan: bool,
    keyword: str | None,
    workers: int | None,
    junit: Path | None,
    allure: Path | None,
    out: Path,
    enforce: bool,
    further: str,
) -> int:
    """Run SUITEs (default: all but the drill) against an environment and tell what holds.

    \b
    Suites:
      connectivity
      gateway   or of it: routing, rate-limit, cors, security-headers, authentication
      metrics   or of it: metrics-collection, alerting, dashboards
      drill     only where it is named

    \b
    Examples:
      atalaia check connectivity --env sandbox
      atalaia check --env environments/mine.yml --junit out/junit.xml
      atalaia check connectivity --env mine --plan        what would be sent, and what it costs
      atalaia check connectivity --env mine -k postgres   only the tests that match

    Exits 0 when something passed and nothing failed, was blocked or inconclusive; 1 a check
    failed; 2 could not be measured; 3 usage or configuration; 4 measured, and the results could
    not be written; 5 a defect of Atalaia.
    """
    chosen = _once(suite) or _BY_DEFAULT
    with quick_start():
        from atalaia.environment.find import find
        from atalaia.environment.loader import load

        path = find(env)
        environment = load(path, os.environ)
    if plan:
        return _plan(environment, chosen)
    _refuse_unusable_ledger(environment)
    refuse_unwritable(out, "--out")
    if junit:
        refuse_unwritable(junit.absolute().parent, "--junit")
    if allure:
        _refuse_without_allure()
        refuse_unwritable(allure, "--allure")
    return _run(
        environment, path, chosen, keyword, workers, junit, allure, out.absolute(), enforce, _split(further)
    )


def _once(suites: tuple[str, ...]) -> tuple[str, ...]:
    """The suites that were named, each once, without those that another one holds already."""
    packages = {SUITES[name] for name in suites}
    return tuple(
        name
        for name in dict.fromkeys(suites)
        if not any(SUITES[name].startswith(f"{package}.") for package in packages)
    )


def _plan(environment: Environment, chosen: tuple[str, ...]) -> int:
    with quick_start():
        from atalaia.checks.catalogue import SUITE_CHECKS
        from atalaia.run.budget import allot
        from atalaia.run.case import Cases, closure
        from atalaia.run.completion import complete
        from atalaia.run.share import clients_sent_as, ledger
        from reports.plan import render

    if set(chosen) != {"connectivity"}:
        try:
            environment = complete(environment)
        except NotMeasured as error:
            if "connectivity" not in chosen:
                raise
            click.echo(str(error), err=True)
    cases = Cases(environment)
    checks = dict.fromkeys(check for name in chosen for check in SUITE_CHECKS[name])
    planned = tuple(case for check in checks for case in cases.of(check))
    run, everything = "plan", closure(planned)
    clients = clients_sent_as(environment, run, everything)
    allotment = allot(
        environment,
        everything,
        ledger(),
        run=run,
        now=time.time(),
        identity=clients.pop("", None),
        clients=clients,
        charge=False,
    )
    click.echo(render(environment, planned, allotment), nl=False)
    return ExitCode.OK


def _run(
    environment: Environment,
    path: Path,
    chosen: tuple[str, ...],
    keyword: str | None,
    workers: int | None,
    junit: Path | None,
    allure: Path | None,
    out: Path,
    enforce: bool,
    further: list[str],
) -> int:
    from atalaia.run.completion import complete
    from atalaia.run.journal import new_run_id
    from atalaia.run.results import RunRecord
    from atalaia.run.verdict import UNDELIVERED, exit_code

    run = new_run_id()
    if set(chosen) != {"connectivity"}:
        try:
            complete(environment, out / "runs" / run)
        except NotMeasured as error:
            if "connectivity" not in chosen:
                raise
            # It says by itself what is wrong with the gateway; the others have nothing to look at.
            click.echo(str(error), err=True)
    command = [sys.executable, "-P", "-m", "pytest", "-c", str(files("suites") / "live.toml"), "--pyargs"]
    command += [SUITES[name] for name in chosen]
    command += ["--env", str(path), "--run-id", run, "--out", str(out)]
    if keyword:
        command += ["-k", keyword]
    if workers and workers > 1:
        # A worker that died is not replaced: what it had seen may be half done.
        command += ["-p", "xdist", "-n", str(workers), "--dist", "load", "--max-worker-restart=0"]
    if junit:
        command += ["--junit-xml", str(junit.absolute())]
    if allure:
        command += ["-p", "allure_pytest", "--alluredir", str(allure.absolute())]
    pytest_code = _wait(subprocess.Popen([*command, *further]))
    findings = out / "runs" / run / "findings.json"
    if pytest_code >= UNDELIVERED or not findings.exists():
        return _without_findings(pytest_code)
    record = RunRecord.model_validate_json(findings.read_text())
    code = exit_code(record, enforce=enforce)
    if allure:
        from reports.allure import write_side_files

        try:
            write_side_files(record, allure)
        except DeliveryError as error:
            click.echo(str(error), err=True)
            code = code or error.exit_code
    return code


def _without_findings(pytest_code: int) -> ExitCode:
    """The exit code of a run that left no findings.json. Raises UsageError and NotMeasured."""
    from atalaia.run.verdict import UNDELIVERED

    if pytest_code < 0:
        name = signal.Signals(-pytest_code).name
        raise NotMeasured(f"the run was ended by {name} before it could write its results")
    if pytest_code >= UNDELIVERED:
        return ExitCode(pytest_code - UNDELIVERED)
    if pytest_code in (0, _NOTHING_COLLECTED):
        raise UsageError("nothing was selected", hint="leave out -k, or see `atalaia check --plan`")
    return _PYTEST_CODES.get(pytest_code, ExitCode.DEFECT)


def _split(arguments: str) -> list[str]:
    try:
        return shlex.split(arguments)
    except ValueError as error:
        raise UsageError(f"the arguments for pytest cannot be read: {error}", where="--pytest") from None


def _refuse_without_allure() -> None:
    if find_spec("allure_pytest") is None:
        raise UsageError(
            "allure-pytest is not installed", where="--allure", hint="pip install 'atalaia[allure]'"
        )


def _refuse_unusable_ledger(environment: Environment) -> None:
    """Here, because a worker that finds it out could not say so."""
    from atalaia.run.share import ledger

    with ledger().account(environment.name, time.time()):
        pass


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for pytest. Ctrl-C reaches it by itself; a request to end is handed on, and it finishes."""

    def hand_on(number: int, frame: object) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return process.wait()

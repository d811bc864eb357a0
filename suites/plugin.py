"""The pytest plugin of a live run. Inert until a test marked with `holds` is collected."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from atalaia.environment import Environment
from atalaia.environment.find import find
from atalaia.environment.loader import load
from atalaia.errors import NotMeasured, UsageError
from atalaia.run.case import Case
from atalaia.run.completion import complete
from atalaia.run.journal import new_run_id
from atalaia.run.results import Outcome, Result
from suites.holds import check_of
from suites.live import LiveRun
from suites.recorder import Recorder

_LIVE: pytest.StashKey[LiveRun] = pytest.StashKey()
_DIRECTORY: pytest.StashKey[Path] = pytest.StashKey()
_ENDING: pytest.StashKey[threading.Event] = pytest.StashKey()
_RESULT: pytest.StashKey[Result] = pytest.StashKey()
_HELD: pytest.StashKey[bool] = pytest.StashKey()

Hold = Callable[[Case], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a live run."""
    group = parser.getgroup("atalaia", "live runs against a stack")
    group.addoption("--env", metavar="NAME|FILE", help="environment to test (default: $ATALAIA_ENV)")
    group.addoption("--out", metavar="DIRECTORY", default="out", help="where results go (default: out)")
    group.addoption("--run-id", metavar="ID", help="name of this run (default: made up)")


def pytest_configure(config: pytest.Config) -> None:
    """Name the run; the controller of the workers records it."""
    config.addinivalue_line("markers", "holds(check): a promise whose breach is this check, once a target")
    if worker := getattr(config, "workerinput", None):
        config.stash[_DIRECTORY] = Path(worker["atalaia_run_directory"])
        return
    if config.option.env:
        _environment(config)  # so that its faults are told before anything is collected
    out = Path(config.option.out).absolute()
    config.stash[_DIRECTORY] = out / "runs" / (config.option.run_id or new_run_id())
    package = f"{__package__}."
    suites = tuple(each.removeprefix(package) for each in config.args if each.startswith(package))
    recorder = Recorder(config.stash[_DIRECTORY], out, suites)
    config.stash[_ENDING] = recorder.ending
    config.pluginmanager.register(recorder, "atalaia-recorder")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker which run it is part of."""
    directory = node.config.stash[_DIRECTORY]  # type: ignore[attr-defined]
    node.workerinput["atalaia_run_directory"] = str(directory)  # type: ignore[attr-defined]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a target, with the target as its id."""
    if check := check_of(metafunc):
        cases = _live(metafunc.config).cases.of(check)
        metafunc.parametrize("case", [pytest.param(case, id=case.target) for case in cases])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Plan what was selected; a process that runs all of it starts at once.

    Not sooner: pytest calls its hooks for the end of a collection also where a wrong -k has ended it.
    """
    live = session.config.stash.get(_LIVE, None)
    if live is None or session.config.option.collectonly:
        return
    cases = [item.callspec.params["case"] for item in session.items if check_of(item)]  # type: ignore[attr-defined]
    if not cases:
        return
    try:
        live.plan(cases)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    if not hasattr(session.config, "workerinput"):
        live.start()


@pytest.fixture
def hold(request: pytest.FixtureRequest, case: Case) -> Hold:
    """Execute the test's case; the function that it yields reports what came of it.

    Executing here, before the test itself, makes a defect of Atalaia an error and not a failure.
    """
    result = _live(request.config).result(case)
    request.node.stash[_RESULT] = result
    request.node.user_properties += [
        ("check", result.check),
        ("target", result.target),
        ("outcome", result.outcome.value),
    ]

    def report(held: Case) -> None:
        assert held is case, "a test holds the case that it was given"
        request.node.stash[_HELD] = True
        _report(result)

    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    """No letter for each result above the report: it says of all of them what they mean."""
    return (report.outcome, "", "") if hasattr(report, "atalaia") else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that never holds its case has asserted nothing."""
    outcome = yield
    if check_of(item) and not item.stash.get(_HELD, False):
        raise AssertionError(f"{item.nodeid} never called hold(case)")
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the result along with the report, as plain data: an Enum would kill the worker."""
    report = yield
    result = item.stash.get(_RESULT, None)
    if result is not None and report.when == "call" and item.stash.get(_HELD, False):
        report.atalaia = result.model_dump(mode="json")  # type: ignore[attr-defined]
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give up what is still under way."""
    if live := config.stash.get(_LIVE, None):
        live.stop()


def _report(result: Result) -> None:
    if result.outcome is Outcome.PASSED:
        return
    if result.accepted:
        pytest.xfail(f"accepted: {result.accepted}")
    if result.outcome is Outcome.SKIPPED:
        pytest.skip(f"{result.skip.value if result.skip else 'skipped'}: {result.reason}")
    if result.outcome is not Outcome.FAILED:
        pytest.skip(f"{result.outcome.value}: {result.reason}")
    lines = [
        f"expected {finding.expected}; observed {finding.observed}"
        + (f" (hop: {finding.hop})" if finding.hop else "")
        + (f" [{finding.cause}]" if finding.cause else "")
        for finding in result.findings
    ]
    pytest.fail("\n".join([result.identity, *lines, f"remedy: {result.remedy}"]), pytrace=False)


def _live(config: pytest.Config) -> LiveRun:
    if _LIVE not in config.stash:
        # A worker is ended by its controller.
        ending = config.stash.get(_ENDING, threading.Event())
        directory = config.stash[_DIRECTORY]
        config.stash[_LIVE] = LiveRun(_completed(config, directory), directory, ending)
    return config.stash[_LIVE]


def _environment(config: pytest.Config) -> Environment:
    try:
        return load(find(config.option.env), os.environ)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _completed(config: pytest.Config, directory: Path) -> Environment:
    """The environment with its routes, where other suites than connectivity want to know them."""
    environment = _environment(config)
    connectivity = [each for each in config.args if each.startswith(f"{__package__}.connectivity")]
    if connectivity == config.args:
        return environment
    try:
        return complete(environment, directory)
    except NotMeasured as error:
        if connectivity:
            return environment
        raise pytest.UsageError(str(error)) from error

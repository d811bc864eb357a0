"""The controller's record of a live run: results as they arrive, findings.json at the end."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest

from atalaia.errors import DeliveryError, ExitCode, UsageError
from atalaia.run.budget import settle
from atalaia.run.journal import Journal
from atalaia.run.notes import Notes
from atalaia.run.observations import stored_at
from atalaia.run.results import Outcome, Result, RunRecord
from atalaia.run.share import OBSERVATIONS, Agreement, Shared, ledger
from atalaia.run.verdict import UNDELIVERED, exit_code
from atalaia.run.waits import Waits, covered
from reports.screen import writes_unicode
from reports.terminal import render
from suites.holds import check_of
from suites.progress import Progress, progress_line

_CRASHED = "???"
"""What xdist gives as the phase of a test whose worker died."""
_DIED = "a worker process died while it started: what it was to measure is not measured"
_INTERRUPTED = "interrupted before anything was planned: nothing is measured"


class Recorder:
    """Collects results in the process that the user started. Writes nothing where no case was planned."""

    def __init__(self, directory: Path, out: Path, suites: tuple[str, ...]) -> None:
        self._directory = directory
        self._out = out
        self._suites = suites
        self._started = datetime.now(UTC)
        self._journal: Journal | None = None
        self._results: dict[str, Result] = {}
        self._defects: list[str] = []
        self._notes: list[str] = []
        self._undelivered: DeliveryError | None = None
        self._interrupted = False
        self._died = False
        self._ends_by_itself = False
        """Whether a request to end is looked for; otherwise it is raised wherever Python happens to be."""
        self._former: dict[signal.Signals, signal.Handlers] = {}
        self._waits = Waits(directory / OBSERVATIONS)
        self._progress = Progress(self._how_far)
        self.ending = threading.Event()
        """Set once the run is asked to end."""
        self.record: RunRecord | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self, session: pytest.Session) -> Generator[None]:
        """A request to end is handled as Ctrl-C is: what was found so far is written."""
        if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
            # It would say where in our code a run was interrupted, below what the run has found.
            reporter._report_keyboardinterrupt = lambda: None
        for number in (signal.SIGINT, signal.SIGTERM):
            self._former[number] = signal.signal(number, self._interrupt)  # type: ignore[assignment]
        self._progress.start()
        try:
            yield
        except EOFError:
            # A worker's first sign of life did not come.
            pytest.exit(_DIED, ExitCode.NOT_MEASURED)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object | None) -> None:
        """A worker is gone; with an error, before its time."""
        self._died = self._died or error is not None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Workers that are all gone before they had a test are told in one sentence."""
        try:
            return (yield)
        except RuntimeError as error:
            if self.ending.is_set():
                # Interrupted in the middle of a lock's own code, which then finds itself unlocked.
                raise KeyboardInterrupt from error
            if not self._died:
                raise
            pytest.exit(_DIED, ExitCode.NOT_MEASURED)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a result as soon as it is known."""
        if document := getattr(report, "atalaia", None):
            result = Result.model_validate(document)
            self._results[result.identity] = result
            self._keep(document)
        elif report.when == _CRASHED:
            self._notes.append(f"a worker process died while it ran {report.nodeid}")
        elif report.failed:
            self._defects.append(f"{report.nodeid}: {_last_line(report.longreprtext)}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be collected is a defect of ours."""
        if report.failed:
            self._defects.append(f"{report.nodeid}: {_last_line(report.longreprtext)}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """From the first case on, the run ends between cases or where one is waited for."""
        if self.ending.is_set():
            raise KeyboardInterrupt
        self._ends_by_itself = check_of(item) is not None
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_keyboard_interrupt(
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Generator[None, object, object]:
        """The run ends before its time."""
        self._interrupted = self._interrupted or isinstance(excinfo.value, KeyboardInterrupt)
        try:
            return (yield)
        except TypeError:
            # pytest draws the place, which nobody is shown, and cannot where Python had no line for it.
            return None

    def pytest_internalerror(self, excrepr: object) -> None:
        """What pytest or a hook of ours could not cope with is a defect, not an answer of the stack."""
        self._defects.append(_last_line(str(excrepr)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write findings.json, whatever ended the run."""
        self._progress.stop()
        # Whoever presses Ctrl-C twice does not want to lose what was found.
        for number in self._former:
            signal.signal(number, signal.SIG_IGN)
        try:
            if agreement := Shared(self._directory).read():
                self._finish(agreement)
        finally:
            for number, handler in self._former.items():
                signal.signal(number, handler)
        if self._died and self.record is None:
            session.exitstatus = ExitCode.NOT_MEASURED
        if self._undelivered and self.record:
            session.exitstatus = UNDELIVERED + self._code_undelivered(self.record)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found, to people."""
        terminalreporter.ensure_newline()
        if self.record is None:
            if self._died or self._interrupted:
                terminalreporter.write_line(_DIED if self._died else _INTERRUPTED)
            return
        terminalreporter.write(
            render(
                self.record,
                width=min(shutil.get_terminal_size().columns, 120),
                colour=terminalreporter.hasmarkup,
                path="" if self._undelivered else str(_shown(self._out / "findings.json")),
                unicode=writes_unicode(sys.stdout),
            )
        )
        if self._undelivered:
            code = self._code_undelivered(self.record).value
            terminalreporter.write_line(f"exit {code}: {self._undelivered}")

    def _how_far(self) -> str:
        agreement = Shared(self._directory).read()
        planned = len(agreement.planned) if agreement else 0
        return progress_line(len(self._results), planned, self._waits.intervals())

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        # Noted as well as raised: Python drops what is raised while it cleans an object up.
        self.ending.set()
        if not self._ends_by_itself:
            raise KeyboardInterrupt

    def _code_undelivered(self, record: RunRecord) -> ExitCode:
        """What was found goes before that it could not be delivered."""
        return exit_code(record) or ExitCode.NOT_DELIVERED

    def _keep(self, document: dict[str, object]) -> None:
        """Add a result to the journal. One that cannot be written does not end the run."""
        try:
            self._journal = self._journal or Journal(self._directory)
            self._journal.append(document)
        except DeliveryError as error:
            self._undelivered = error

    def _finish(self, agreement: Agreement) -> None:
        observations = self._directory / OBSERVATIONS
        try:
            settle(
                agreement.allotment,
                ledger(),
                lambda key: stored_at(observations, key).exists(),
                run=self._directory.name,
                now=self._started.timestamp(),
            )
        except UsageError as error:
            # What was reserved stays charged: the next run sends less than it might, never more.
            self._notes.append(f"what was not sent stays charged: {error}")
        self.record = self._written(agreement)
        try:
            (self._journal or Journal(self._directory)).finish(self.record, self._out)
        except DeliveryError as error:
            self._undelivered = error
        else:
            self._undelivered = None  # findings.json has what the journal has not

    def _written(self, agreement: Agreement) -> RunRecord:
        missing = [case for case in agreement.planned if f"{case.check}@{case.target}" not in self._results]
        results = [
            self._results.get(f"{case.check}@{case.target}")
            or Result(
                check=case.check,
                target=case.target,
                severity=case.severity,
                outcome=Outcome.INCONCLUSIVE,
                reason="the run ended before its turn" if self._interrupted else "no result came back",
            )
            for case in agreement.planned
        ]
        return RunRecord(
            run=self._directory.name,
            environment=agreement.environment,
            safety=agreement.safety,
            suites=self._suites,
            started=self._started.isoformat(timespec="milliseconds"),
            finished=datetime.now(UTC).isoformat(timespec="milliseconds"),
            complete=not missing and not self._defects,
            interrupted=self._interrupted,
            planned=len(agreement.planned),
            stand_ins=agreement.stand_ins,
            notes=(*agreement.notes, *self._waited(), *self._told(), *self._notes),
            defects=tuple(self._defects),
            results=tuple(results),
        )

    def _told(self) -> tuple[str, ...]:
        return Notes(self._directory / OBSERVATIONS).texts()

    def _waited(self) -> tuple[str, ...]:
        seconds = covered(self._waits.intervals(), time.time())
        whole = (datetime.now(UTC) - self._started).total_seconds()
        told = f"waited {seconds:.1f} s for limiters' windows; everything else took {whole - seconds:.1f} s"
        return (told,) if seconds else ()


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no details"


def _shown(path: Path) -> Path:
    """A path as the reader would type it."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path

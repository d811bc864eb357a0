"""The file: samples of a metric together, in it those of a series, in order of time, as the format asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from atalaia.exchange.hop import Hop
from atalaia.systems.prometheus.written import number, written
from probes.backfill.wanted import Wanted
from probes.labels import Labels
from probes.metrics import METRICS, Metric
from probes.model import Planned, ProbeResult
from probes.samples import Sample, counted, measured
from probes.state import State
from probes.state.rows import Row, restored
from probes.state.schema import RESULT
from probes.totals import Totals
from probes.vantage import Vantage

_IN_MEMORY = 2**16
_RESULTS = f"""
    SELECT results.series, s.location, runs.shard, s.probe, s.kind, s.instance, s.hop, names.text, told.text,
        runs.delivered IS NULL, {", ".join(f"results.{column}" for column in RESULT.split(", "))}
    FROM results JOIN series s ON s.id = results.series JOIN runs ON runs.id = results.run
        JOIN texts names ON names.id = results.names JOIN texts told ON told.id = results.information
    WHERE s.environment = ? ORDER BY results.series, results.at
"""  # noqa: S608


class Filling:
    """One file: samples of a metric together, and in it those of a series together, in order of time."""

    def __init__(self, wanted: Wanted, until: float) -> None:
        self._wanted = wanted
        self._until = until
        self._families: dict[str, IO[bytes]] = {}
        self._open = ExitStack()
        self.results = self.young = 0
        self.first, self.last, self.youngest = float("inf"), 0.0, 0.0

    def write(self, state: State, file: IO[bytes]) -> None:
        """Everything that is wanted."""
        with self._open:
            rows = state.rows(_RESULTS, (self._wanted.environment,))
            for series, results in groupby(rows, key=lambda row: row[0]):
                totals = self._before(state, series) if self._wanted.counters else Totals()
                with ExitStack() as files:
                    self._series(results, totals, files)
            for metric in METRICS:
                if metric.name in self._families:
                    file.write(_heading(metric))
                    _append(file, self._families[metric.name])
            file.write(b"# EOF\n")

    def _before(self, state: State, series: int) -> Totals:
        """What was counted of a series before its first result that is still there."""
        totals, kept = state.totals(series), Totals()
        for row in state.rows(f"SELECT {RESULT} FROM results WHERE series = ?", (series,)):  # noqa: S608
            kept = kept.plus(Row(*row).outcome)
        return totals.minus(kept)

    def _series(self, rows: Iterator[tuple[Any, ...]], totals: Totals, files: ExitStack) -> None:
        """Of one probe: its samples by their series, each in a file of its own while there are many."""
        lines: dict[tuple[str, str], IO[bytes]] = {}
        last = -1
        for row in rows:
            labels, result, undelivered, kept = self._read(row)
            totals = totals.plus(kept.outcome)
            moment = round(kept.at * 1000)
            if not self._is_wanted(kept.at, undelivered=undelivered) or moment <= last:
                continue
            last = moment
            self.results += 1
            self.first, self.last = min(self.first, kept.at), max(self.last, kept.at)
            samples = [*measured(labels, result), *(counted(labels, totals) if self._wanted.counters else ())]
            for sample in samples:
                key = sample.metric.name, sample.series
                if key not in lines:
                    lines[key] = files.enter_context(SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
                lines[key].write(_line(sample, moment))
        for (name, _), told in lines.items():
            if name not in self._families:
                self._families[name] = self._open.enter_context(SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
            _append(self._families[name], told)

    def _read(self, row: tuple[Any, ...]) -> tuple[Labels, ProbeResult, bool, Row]:
        _, location, shard, probe, kind, instance, hop, names, told, undelivered, *columns = row
        kept = Row(*columns)
        planned = Planned(probe, kind, instance, Hop(hop), timedelta(0), timedelta(0))
        texts = {kept.names: names, kept.information: told}
        group = Vantage(self._wanted.environment, location, shard).labels
        labels = Labels(written({**group, "probe": probe, "kind": kind, "instance": instance, "hop": hop}))
        return labels, restored(planned, kept, texts.__getitem__), bool(undelivered), kept

    def _is_wanted(self, at: float, *, undelivered: bool) -> bool:
        if not (undelivered or self._wanted.delivered) or at < (self._wanted.since or 0):
            return False
        if at < self._until:
            return True
        if self._wanted.until is None:
            self.young += 1
            self.youngest = max(self.youngest, at)
        return False


def _heading(metric: Metric) -> bytes:
    # OpenMetrics names a counter without the _total that its samples have.
    name = metric.name.removesuffix("_total") if metric.type == "counter" else metric.name
    return f"# HELP {name} {metric.help}\n# TYPE {name} {metric.type}\n".encode()


def _line(sample: Sample, moment: int) -> bytes:
    return f"{sample.series} {number(sample.value)} {moment // 1000}.{moment % 1000:03}\n".encode()


def _append(file: IO[bytes], told: IO[bytes]) -> None:
    told.seek(0)
    shutil.copyfileobj(told, file)

"""How far a run is: one line that changes, on a terminal; elsewhere a line for each stage."""

from __future__ import annotations

import sys
from typing import TextIO

from loadtests.measured import Live
from loadtests.plan import LoadPlan
from loadtests.verdict.told import rate, seconds, share
from reports.visible import visible

_NAME = 14
"""Columns of a stage's name."""


def line(now: Live) -> str:
    """A moment in at most 80 columns, the stage's name aside."""
    ended = now.good + now.failed
    parts = [
        visible(now.stage, limit=_NAME),
        rate(now.sent_rate),
        f"p95 {'-' if now.p95 is None else seconds(now.p95)}",
        f"errors {share(now.failed / ended) if ended else '-'}",
        f"lag {'-' if now.lag_p99 is None else seconds(now.lag_p99)}",
    ]
    if now.dropped:
        parts.append(f"{now.dropped} dropped")
    return "  ".join((*parts, f"{max(now.lasts - now.at, 0.0):.0f} s left"))


class Progress:
    """Tells of a run that is under way."""

    def __init__(self, plan: LoadPlan, stream: TextIO, *, moving: bool, columns: int = 80) -> None:
        self._stages = {stage.name: stage for stage in plan.stages}
        self._stream = stream
        self._moving = moving
        self._columns = columns
        self._stage = ""
        self._told = 0

    @classmethod
    def here(cls, plan: LoadPlan, columns: int) -> Progress:
        """On this process's own terminal, where it has one."""
        return cls(plan, sys.stderr, moving=sys.stderr.isatty(), columns=columns)

    def tell(self, now: Live) -> None:
        """A second of it."""
        if now.stage != self._stage:
            self._stage = now.stage
            if not self._moving:
                self._stream.write(f"{self._of(now)}\n")
                self._stream.flush()
        if self._moving:
            text = line(now)[: self._columns - 1]
            self._stream.write(f"\r{text}{' ' * (self._told - len(text))}")
            self._stream.flush()
            self._told = len(text)

    def end(self) -> None:
        """Leave the line to what is told next."""
        if self._told:
            self._stream.write(f"\r{' ' * self._told}\r")
            self._stream.flush()
            self._told = 0

    def _of(self, now: Live) -> str:
        stage = self._stages.get(now.stage)
        name = visible(now.stage, limit=60)
        if stage is None:
            return f"stage {name}"
        rates = (
            rate(stage.rate) if stage.rate == stage.until else f"{rate(stage.rate)} to {rate(stage.until)}"
        )
        return f"stage {name}: {rates} for {stage.lasts:g} s{'' if stage.measured else ', a warm-up'}"

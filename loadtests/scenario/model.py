"""The scenario: one load test as its author writes it, apart from the stack that it is sent to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, PrivateAttr, model_validator

from atalaia.environment.base import Count, Name, NamedFile, Section, Text
from atalaia.environment.frozen import FrozenDict
from atalaia.environment.quantities import Percentage, PositiveDuration, Rate
from atalaia.environment.tables import Table
from loadtests.plan import Arrivals
from loadtests.plan import Table as RowTable
from loadtests.scenario.judged import Judged
from loadtests.scenario.mix import Entry

SURPLUS = 0.02


class Stage(Section):
    """A stretch of time: at one rate, or from one evenly to another."""

    name: Name | None = None
    """What reports call it; default: `warm-up`, or its position: stage-2."""
    rate: Rate | None = None
    """Arrivals a second, all the time …"""
    starts: Annotated[Rate | None, Field(alias="from")] = None
    """… or at its beginning …"""
    to: Rate | None = None
    """… and at its end."""
    lasts: Annotated[PositiveDuration, Field(alias="for")]
    """How long it lasts: 30s, 5m."""
    warm_up: bool = False
    """Whether it only warms the stack up: what is sent in it is judged by nothing."""

    @model_validator(mode="after")
    def _one_way_to_say_the_rate(self) -> Self:
        if self.rate is not None and (self.starts is not None or self.to is not None):
            raise ValueError("a rate beside from and to; `rate`, or `from` and `to`")
        if self.rate is None and (self.starts is None or self.to is None):
            raise ValueError("a stage without a rate; `rate: 100/s`, or `from: 10/s` and `to: 100/s`")
        if not max(self.rates):
            raise ValueError("a stage that sends nothing; a rate over 0/s")
        return self

    @property
    def rates(self) -> tuple[float, float]:
        """Arrivals a second at its beginning and at its end."""
        if self.rate is not None:
            return self.rate, self.rate
        assert self.starts is not None, "the validator has seen to it"
        assert self.to is not None, "the validator has seen to it"
        return self.starts, self.to


class Breakpoint(Section):
    """The search for the highest rate that holds: upwards by steps, then between the last two by halves."""

    starts: Annotated[Rate, Field(alias="from")]
    """The first rate that is tried …"""
    to: Rate
    """… and the last, whether it holds or not."""
    step: Rate | None = None
    """By how much the rate rises from step to step …"""
    factor: Annotated[float | None, Field(gt=1, le=10)] = None
    """… or by what factor; default 1.5."""
    tolerance: Percentage = 0.05
    """The search ends when it knows the rate to this part."""
    each: PositiveDuration = timedelta(seconds=30)
    """How long each step is measured …"""
    warm_up: PositiveDuration = timedelta(seconds=5)
    """… after so long a warm-up at the same rate."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.step is not None and self.factor is not None:
            raise ValueError("a step beside a factor; one of them")
        if not self.starts or self.step == 0.0:
            raise ValueError("a search that never rises; rates over 0/s")
        if self.to <= self.starts:
            raise ValueError("to is not above from; the search goes upwards")
        if not self.tolerance:
            raise ValueError("a search without end; a tolerance over 0%")
        return self


class Scenario(Section):
    """A load test: how much, for how long, of what, and what must hold."""

    name: Name
    """What reports and the history call it."""
    description: Text | None = None
    """What it is for, in a sentence or two."""
    arrivals: Arrivals = "poisson"
    """How arrivals follow one another: at random, as independent users do (`poisson`), or evenly."""
    stages: tuple[Stage, ...] = ()
    """What is sent, stage after stage; or …"""
    breakpoint: Breakpoint | None = None
    """… a search for the highest rate that holds."""
    surplus: Percentage = SURPLUS
    """So much more is sent than the stages say where a throughput is to be held, so that chance alone cannot
    leave a window below it."""
    at: Text | None = None
    """Where to: load-balancer, load-balancer-tls, a node of the gateway (kong-1) or a service, by its name;
    default: the load balancer, else the first node of the gateway, else the only service."""
    mix: tuple[Entry, ...] = ()
    """What arrivals do, by weight; default: every route of the environment whose sample reads."""
    data: Table[Name, NamedFile] = Field(default_factory=FrozenDict)
    """Tables of values that requests are filled with: name → file of CSV, relative to this file; its first
    row names the columns. Each arrival takes the next row."""
    thresholds: Judged = Judged()
    """What must hold; what is not said comes from the environment's `slo`, and null is not judged."""
    timeout: PositiveDuration | None = None
    """An answer that takes longer has failed; default: the environment's `deadlines.total`."""
    in_flight: Count | None = None
    """Requests that may be unanswered at the same time; an arrival beyond is dropped, and the run invalid.
    Default: enough for every request to time out."""
    identities: Count | None = None
    """Source addresses that arrivals are spread over, of the environment's `client.addresses`; default: as
    many as limiters ask for."""
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
    """Where chance begins, so that a run can be repeated."""

    _file: Path = PrivateAttr(default=Path())
    _secrets: frozenset[str] = PrivateAttr(default=frozenset())
    _tables: dict[str, RowTable] = PrivateAttr(default_factory=dict)

    def loaded_from(self, file: Path, secrets: frozenset[str], tables: Mapping[str, RowTable]) -> Self:
        """This scenario with the file that it was read from, values of the process's variables in its
        requests, and its tables."""
        copy = self.model_copy()
        copy._file = file
        copy._secrets = secrets
        copy._tables = dict(tables)
        return copy

    @property
    def tables(self) -> Mapping[str, RowTable]:
        """The tables under `data` as they were when it was loaded."""
        return self._tables

    @property
    def file(self) -> Path:
        """The file it was loaded from."""
        return self._file

    def secrets(self) -> frozenset[str]:
        """Every secret value of the file, for the redactor."""
        return self._secrets | {secret for entry in self.mix for secret in entry.secrets if secret}

    @model_validator(mode="after")
    def _stages_or_breakpoint(self) -> Self:
        if bool(self.stages) == (self.breakpoint is not None):
            what = "both stages and a breakpoint" if self.stages else "neither stages nor a breakpoint"
            raise ValueError(f"{what}; one of them")
        if self.stages and all(stage.warm_up for stage in self.stages):
            raise ValueError("every stage is a warm-up; one that is measured")
        return self

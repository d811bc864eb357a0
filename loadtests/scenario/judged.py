"""What a scenario says must hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from atalaia.environment.base import Section, Text
from atalaia.environment.frozen import FrozenDict
from atalaia.environment.quantities import Percentage, PositiveDuration, Rate
from atalaia.environment.tables import Table


class JudgedSeries(Section):
    """Limits of one series of requests."""

    throughput: Rate | None = None
    """Good requests a second, at least, in every window of ten seconds."""
    p50: PositiveDuration | None = None
    """Half of the requests take no longer, counted from when they were meant to be sent."""
    p95: PositiveDuration | None = None
    """95 of 100 requests take no longer."""
    p99: PositiveDuration | None = None
    """99 of 100 requests take no longer."""
    error_rate: Percentage | None = None
    """At most this part of the requests fails; judged by its confidence interval."""
    failures: Annotated[int | None, Field(ge=0)] = None
    """At most so many requests fail, counted: for runs too small for a rate."""


class Judged(JudgedSeries):
    """Limits of all requests together, and of single series."""

    routes: Table[Text, JudgedSeries] = Field(default_factory=FrozenDict)
    """Further limits, by the name of a request: a route, `journey/step`, or the name of an entry."""

"""A probe that is being planned: what its kind needs, and what is said about when it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atalaia.environment.faults import Location
from atalaia.environment.probes import ProbeKind
from atalaia.exchange.cost import Cost
from atalaia.exchange.hop import Hop
from probes.budget import Taker


@dataclass(frozen=True)
class Draft:
    """A probe before it is known how often it may run."""

    name: str
    kind: ProbeKind
    instance: str
    hop: Hop
    parameters: Any
    costs: tuple[Cost, ...] = ()
    """What one attempt takes of limiters' buckets."""
    costs_known: bool = True
    """False where it passes a gateway of which no route is known, and so no limit."""
    group: str = ""
    interval: timedelta | None = None
    """As it is declared for this probe; None: the runner's."""
    timeout: timedelta | None = None
    attempts: int = 1
    where: Location = ()
    """The place in the environment file that asks for it; none where it follows from the rest."""

    @property
    def yields(self) -> bool:
        """Whether it may run less often than the others, or not at all, for want of budget: nobody has
        said how often it runs."""
        return not self.where and self.interval is None

    @property
    def taker(self) -> Taker:
        """What it takes of limiters, once it has its interval."""
        assert self.interval is not None, "it was given one"
        return Taker(self.name, self.interval, self.costs, self.attempts)

    @property
    def told_at(self) -> Location:
        """The place in the environment file where its times are told."""
        return self.where or ("probes", "overrides", self.name)

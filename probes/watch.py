"""What a run needs to know of an environment, and nothing of the environment itself."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from atalaia.environment.faults import did_you_mean
from atalaia.environment.url import Url
from atalaia.errors import UsageError
from atalaia.exchange.network import Network
from probes.model import Planned, Run
from probes.planning.shards import Shard
from probes.vantage import Vantage


@dataclass(frozen=True)
class Watch:
    """What is watched, from where, and over which network."""

    environment: str
    """Its name."""
    location: str
    """From where, as a label; empty where none is declared."""
    interval: timedelta
    """How often a run is due."""
    planned: tuple[Planned, ...]
    """Every probe, of all shards; the negative control last."""
    network: Network
    pushgateway: Url | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What may be shown nowhere."""

    def vantage(self, shard: Shard) -> Vantage:
        """The group of the Pushgateway that a shard of these probes writes."""
        return Vantage(self.environment, self.location, str(shard))

    def chosen(self, shard: Shard, only: frozenset[str] = frozenset()) -> tuple[Planned, ...]:
        """The probes of a shard; of these only those with these names, and what must fail.

        Raises UsageError for a name that no probe of the shard has.
        """
        planned = shard.of(self.planned)
        names = {one.name for one in planned}
        if unknown := sorted(only - names):
            raise UsageError(
                f"no probe of shard {shard} is called {unknown[0]}",
                hint=did_you_mean(unknown[0], names) or "`atalaia probe list` names them",
            )
        return tuple(one for one in planned if not only or one.name in only or one.expects_failure)

    def new_run(self, shard: Shard, started: float) -> Run:
        """A run that begins now (Unix time), without results as yet."""
        stamp = datetime.fromtimestamp(started, UTC).strftime("%Y%m%dT%H%M%SZ")
        return Run(
            id=f"{stamp}-{secrets.token_hex(3)}",
            environment=self.environment,
            location=self.location,
            shard=str(shard),
            started=started,
            finished=started,
            interval=self.interval,
            results=(),
        )

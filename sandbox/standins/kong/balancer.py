"""Where a service's requests go: names, and upstreams with weighted targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.systems.kong.entities import Configuration, Service, Target, Upstream
from atalaia.systems.kong.errors import NAME_RESOLUTION, NO_PEER
from sandbox.standins.kong.names import Names
from sandbox.standins.kong.probing import Probing
from sandbox.standins.kong.targets import TargetState, checks


class NoPeer(Exception):
    """There is nowhere to send a request; the text is Kong's message for the client."""


@dataclass(frozen=True, slots=True)
class Peer:
    """An address to connect to, and the host name that it goes by."""

    hostname: str
    address: tuple[str, int]
    target: TargetState | None = None


class Balancer:
    """Chooses peers: round robin over the healthy targets of an upstream, by weight."""

    def __init__(self, configuration: Configuration, names: Names) -> None:
        self._names = names
        self._upstreams = {upstream.name: upstream for upstream in configuration.upstreams}
        self._targets: dict[str, list[TargetState]] = {}
        for upstream in configuration.upstreams:
            self._targets[upstream.id] = [
                self._state(upstream, target)
                for target in configuration.targets
                if target.upstream == upstream.id
            ]
        self._probing = [
            Probing(self._targets[upstream.id], upstream.host_header) for upstream in configuration.upstreams
        ]
        self._credit: dict[str, int] = {}
        self._direct: dict[str, Peer | None] = {}

    def close(self) -> None:
        """Check nobody's health any more."""
        for probing in self._probing:
            probing.close()

    def targets(self, upstream: Upstream) -> list[TargetState]:
        """The targets of an upstream, for the Admin API."""
        return self._targets[upstream.id]

    def peers(self, service: Service) -> Iterator[Peer]:
        """The peers to try, one after the other. Raises NoPeer where there is none (any more)."""
        upstream = self._upstreams.get(service.host)
        if upstream is None:
            peer = self._direct_peer(service)
            if peer is None:
                raise NoPeer(NAME_RESOLUTION)
            while True:
                yield peer
        while True:
            state = self._next(upstream)
            if state is None or state.address is None:
                raise NoPeer(NO_PEER)
            yield Peer(upstream.host_header or state.hostname, state.address, state)

    def _direct_peer(self, service: Service) -> Peer | None:
        """The address of a service whose host is no upstream; None where it has none."""
        if service.id not in self._direct:
            address = self._names.resolve(service.host)
            self._direct[service.id] = Peer(service.host, (address, service.port)) if address else None
        return self._direct[service.id]

    def _next(self, upstream: Upstream) -> TargetState | None:
        """Smooth weighted round robin: who has waited longest for its weight goes first."""
        able = [
            state
            for state in self._targets[upstream.id]
            if state.healthy and state.address is not None and state.target.weight > 0
        ]
        if not able:
            return None
        credit = self._credit
        for state in able:
            credit[state.target.id] = credit.get(state.target.id, 0) + state.target.weight
        chosen = max(able, key=lambda state: credit[state.target.id])
        credit[chosen.target.id] -= sum(state.target.weight for state in able)
        return chosen

    def _state(self, upstream: Upstream, target: Target) -> TargetState:
        hostname, _, port = target.target.rpartition(":")
        address = self._names.resolve(hostname)
        return TargetState(
            target=target,
            address=(address, int(port)) if address else None,
            hostname=hostname,
            checks=checks(upstream),
        )

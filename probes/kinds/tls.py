"""A TLS handshake as every client does it: chain, name, dates, protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from atalaia.environment.url import Url
from atalaia.exchange.network import Network
from atalaia.exchange.timed import open_and_close
from atalaia.exchange.trust import verifying
from probes import facts
from probes.answers import expires_soon, failed
from probes.fan_out import over_addresses
from probes.model import Attempt, Planned
from probes.refused import look_at_refused

ENDS_IN_TIME = True
"""All that it waits for is within the network's deadline."""


@dataclass(frozen=True)
class Tls:
    """Parameters of a tls probe."""

    url: Url
    """Host and port; the rest is ignored."""
    certificate: timedelta | None = None
    """The certificate is good for at least this long."""
    fan_out: bool = False
    """Whether every address of the name is asked …"""
    quorum: int | None = None
    """… and how many must do; None: all."""


def prepare(planned: Iterable[Planned], network: Network) -> None:
    """Read the authorities to trust. Raises UsageError."""
    verifying(network.ca)


async def probe(planned: Planned, network: Network) -> Attempt:
    """Shake hands, and look at the certificate."""
    tls: Tls = planned.parameters
    if tls.fan_out:
        return await over_addresses(tls.url.host, network, lambda each: _probe(tls, each), quorum=tls.quorum)
    return await _probe(tls, network)


async def _probe(tls: Tls, network: Network) -> Attempt:
    timed = await open_and_close(replace(tls.url, scheme="https"), network)
    wrong = failed(timed)
    found = facts.of_connection(timed)
    if timed.refused:
        assert wrong is not None, "it was refused"
        wrong, looked = await look_at_refused(tls.url, timed, network, wrong)
        found |= looked
    elif wrong is None:
        wrong = expires_soon(timed, tls.certificate)
    return Attempt(
        success=wrong is None,
        reason=wrong.reason if wrong else None,
        detail=wrong.detail if wrong else "",
        started=timed.started,
        duration=timed.elapsed,
        phases=timed.phases,
        facts=found,
        information=facts.about_tls(timed.tls) if timed.tls else {},
        shown={"address": timed.address, "port": tls.url.port},
    )

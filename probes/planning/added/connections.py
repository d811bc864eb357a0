"""Added tcp, tls and dns probes: they cost nothing at limiters, which count requests."""

from __future__ import annotations

from atalaia.checks.observables import bare
from atalaia.environment import Environment
from atalaia.environment.probes import Probe
from probes.kinds.dns import Dns
from probes.kinds.tcp import Tcp
from probes.kinds.tls import Tls
from probes.planning import instances
from probes.planning.added.address import address_of
from probes.planning.draft import Draft


def drafts(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """What a probe of one of these kinds becomes."""
    return {"tcp": _tcp, "tls": _tls, "dns": _dns}[probe.kind](probe, environment)


def _tcp(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """A connection."""
    address = address_of(probe, environment)
    parameters = Tcp(bare(address.url), fan_out=probe.fan_out == "all", quorum=probe.quorum)
    return (Draft(probe.name, "tcp", instances.of_address(address.url), address.hop, parameters),)


def _tls(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """A handshake, and a certificate that is good for as long as the probe, or the environment, says."""
    address = address_of(probe, environment)
    parameters = Tls(
        bare(address.url),
        certificate=probe.expect.certificate or environment.tls.expires_after,
        fan_out=probe.fan_out == "all",
        quorum=probe.quorum,
    )
    return (Draft(probe.name, "tls", instances.of_address(address.url), address.hop, parameters),)


def _dns(probe: Probe, environment: Environment) -> tuple[Draft, ...]:
    """A name."""
    address = address_of(probe, environment)
    parameters = Dns(address.url.host, probe.addresses)
    return (Draft(probe.name, "dns", address.url.host, address.hop, parameters),)

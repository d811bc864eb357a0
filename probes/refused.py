"""Why a certificate was refused, and until when it was good: what a refusal itself does not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from atalaia.environment.url import Url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.timed import Timed
from probes.answers import Wrong

_LEAST = timedelta(seconds=0.1)


async def look_at_refused(
    url: Url, timed: Timed, network: Network, wrong: Wrong
) -> tuple[Wrong, dict[str, float]]:
    """What is wrong, each part of it told, and the facts of the certificate.

    An expired one is the one whose day matters most. Takes what is left of the deadline.
    """
    # It reads certificates, which takes libraries that nobody else needs.
    from atalaia.exchange.handshake import handshake
    from atalaia.exchange.observable import Handshake

    left = max(network.total - timedelta(seconds=timed.elapsed), _LEAST)
    hosts = {**network.hosts, url.host: timed.address} if timed.address else network.hosts
    looked = await handshake(
        Handshake(key=f"tls {url.host} {url.port}", hop=Hop.UNKNOWN, url=url),
        replace(network, total=left, hosts=hosts),
    )
    told = [part for part in (looked.chain_error, looked.name_error) if part]
    if told and wrong.detail not in told:
        told.insert(0, wrong.detail)
    facts = {} if looked.not_after is None else {"probe_ssl_earliest_cert_expiry": looked.not_after}
    return (replace(wrong, detail="; ".join(told)) if told else wrong), facts

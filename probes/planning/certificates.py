"""The certificate of every address that is encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.checks.observables import handshake
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from probes.planning import instances
from probes.planning.draft import Draft


def drafts(environment: Environment) -> Iterator[Draft]:
    """A handshake with each encrypted address, once for each host and port."""
    seen: set[tuple[str, int]] = set()
    for name, url in endpoints(environment).items():
        if not url.tls or (url.host, url.port) in seen:
            continue
        from probes.kinds.tls import Tls  # loaded where something is encrypted

        seen.add((url.host, url.port))
        shaken = handshake(environment, name)
        yield Draft(
            f"{name} tls",
            "tls",
            instances.of_address(url),
            shaken.hop,
            Tls(shaken.url, certificate=environment.tls.expires_after),
        )

"""ip-restriction: addresses that may, or may not, ask. What is denied loses against nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.turn import Answer, Step, Turn

Networks = tuple[IPv4Network | IPv6Network, ...]


class IpRestriction(Step):
    """The plugin in the pipeline. Its refusal discloses the address that Kong sees, by default."""

    name = "ip-restriction"

    def __init__(self, plugin: Plugin) -> None:
        config = plugin.config
        self._deny = networks(config.get("deny") or ())
        self._allow = networks(config.get("allow") or ())
        self._status = int(config.get("status") or 403)
        self._message: str | None = config.get("message")
        self._allows = lru_cache(maxsize=4096)(self.allows)

    def allows(self, client: str) -> bool:
        """Whether this address may ask."""
        try:
            address = ip_address(client)
        except ValueError:
            return not self._allow
        if any(address in network for network in self._deny):
            return False
        return not self._allow or any(address in network for network in self._allow)

    def access(self, turn: Turn) -> Answer | None:
        """Refuse who may not ask."""
        if self._allows(turn.client):
            return None
        message = self._message or f"IP address not allowed: {turn.client}"
        return answers.error(turn, self._status, message)


def networks(texts: Iterable[str]) -> Networks:
    """Addresses and networks, as ip-restriction lists them."""
    return tuple(ip_network(text, strict=False) for text in texts)

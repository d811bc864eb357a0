"""Host names, from the node's configuration only: a stand-in never asks a resolver outside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address


class Names:
    """The names that a node knows, beside addresses."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {"localhost": "127.0.0.1", **names}

    def resolve(self, host: str) -> str | None:
        """The address of a host (brackets of IPv6 taken off); None where there is none: NXDOMAIN."""
        host = host.strip("[]")
        try:
            ip_address(host)
        except ValueError:
            return self._names.get(host)
        return host

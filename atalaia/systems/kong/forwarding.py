"""Who the client is, and what Kong tells the upstream about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


class TrustedIps:
    """The setting `trusted_ips`: addresses and networks whose X-Forwarded-* headers are believed."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(
            ip_network(text, strict=False) for text in networks
        )
        self._remember = lru_cache(maxsize=1024)(self._contains)

    def __contains__(self, address: str) -> bool:
        return bool(self._networks) and self._remember(address)

    def _contains(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._networks)


def client_address(peer: str, forwarded_for: Sequence[str], trusted: TrustedIps, *, recursive: bool) -> str:
    """The client's address as nginx finds it with `real_ip_header X-Forwarded-For`.

    The last entry is taken from a trusted peer; `recursive`: the last one that is not itself trusted.
    """
    if peer not in trusted or not forwarded_for:
        return peer
    entries = [entry.strip() for value in forwarded_for for entry in value.split(",") if entry.strip()]
    found = peer
    for entry in reversed(entries):
        if not _is_address(entry):
            return found
        found = entry
        if not recursive or entry not in trusted:
            return found
    return found


@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The X-Forwarded-* headers that the upstream gets, in Kong's order."""

    by: str
    """X-Forwarded-For: what came, and who sent it."""
    proto: str
    host: str
    port: str
    path: str
    prefix: str | None
    client: str
    """X-Real-IP: who the client is."""

    def headers(self) -> list[tuple[str, str]]:
        """As sent, X-Forwarded-Prefix only where something was stripped."""
        headers = [
            ("X-Forwarded-For", self.by), ("X-Forwarded-Proto", self.proto), ("X-Forwarded-Host", self.host),
            ("X-Forwarded-Port", self.port), ("X-Forwarded-Path", self.path),
        ]  # fmt: skip
        if self.prefix is not None:
            headers.append(("X-Forwarded-Prefix", self.prefix))
        headers.append(("X-Real-IP", self.client))
        return headers


def forward(
    peer: str,
    headers: Mapping[str, Sequence[str]],
    target: str,
    *,
    port: int,
    prefix: str | None,
    trusted: TrustedIps,
    recursive: bool = False,
    scheme: str = "http",
) -> Forwarded:
    """What Kong tells the upstream of a request from `peer` with these headers (by lower-case name).

    `port` is Kong's own; `prefix` what is stripped from the path. Only a trusted peer's own
    X-Forwarded-Proto, -Host, -Port, -Path and -Prefix are passed on.
    """
    came = headers.get("x-forwarded-for", ())
    believed = peer in trusted

    def first(name: str) -> str | None:
        values = headers.get(name) if believed else None
        return values[0] if values else None

    client = client_address(peer, came, trusted, recursive=recursive)
    hosts = headers.get("host") or ("",)
    return Forwarded(
        by=f"{', '.join(came)}, {peer}" if came else client,
        proto=first("x-forwarded-proto") or scheme,
        host=first("x-forwarded-host") or host_name(hosts[0]),
        port=first("x-forwarded-port") or str(port),
        path=first("x-forwarded-path") or target.partition("?")[0],
        prefix=first("x-forwarded-prefix") or (prefix if prefix != "/" else None),
        client=client,
    )


def host_name(host: str) -> str:
    """The Host header as nginx' $host has it: lower case, without the port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()

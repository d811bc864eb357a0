"""How the toolkit reaches a server: names, source address, trust, deadlines."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from atalaia.environment.units import format_duration
from atalaia.exchange.beside import aside
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.failure import Failure, Reason

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Network:
    """What every connection of a run has in common."""

    connect: timedelta = timedelta(seconds=2)
    """To open a TCP connection, over all addresses of the server; and again for its TLS handshake."""
    total: timedelta = timedelta(seconds=5)
    """For an observation as a whole, from the name to the last byte."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Names resolved here instead of by DNS: host → IP address."""
    ca: Path | None = None
    """Certificate authorities to trust beside the system's."""
    source: str | None = None
    """The address of this machine to send from."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Further addresses, by the names of the clients that observables are sent as."""
    run: str = ""
    """Name of the run, for the servers' logs."""
    body_cap: int = MEBIBYTE
    """Bytes kept of an answer's body."""
    proxies: bool = False
    """Whether HTTP goes through the proxies that the process environment names (HTTP_PROXY …)."""

    def of(self, client: str) -> Network:
        """The network as this client of the run uses it."""
        return replace(self, source=self.sources[client]) if client in self.sources else self


class NotOpened(Exception):
    """A connection that could not be opened, and the address that was tried last."""

    def __init__(self, failure: Failure, address: str | None = None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.address = address


@dataclass(frozen=True)
class Opened:
    """An open connection."""

    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        """End it at once, whatever state it is in."""
        self.writer.transport.abort()


@dataclass(frozen=True)
class Resolved:
    """The addresses of a name, or why there are none."""

    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    elapsed: float = 0.0
    """Seconds; 0 where nothing had to be looked up."""


async def resolve_in_time(network: Network, host: str) -> Resolved:
    """`resolve`, within the total deadline."""
    seconds = network.total.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await resolve(network, host)
    except TimeoutError:
        return Resolved(failure=timed_out("no addresses", network.total), elapsed=seconds)


async def resolve(network: Network, host: str) -> Resolved:
    """The addresses of a host, by the hosts map, as it stands, or by DNS; failures are part of it.

    The caller's deadline bounds the wait.
    """
    mapped = host
    if network.hosts:
        mapped = {name.lower(): address for name, address in network.hosts.items()}.get(host.lower(), host)
    if _ip(mapped):
        return _as_it_stands(mapped)
    if mapped.lower().rstrip(".").endswith(".invalid"):
        # RFC 6761, 6.4: name resolution libraries answer for .invalid themselves.
        return Resolved(failure=Failure(reason=Reason.DNS, detail=".invalid names nothing"))
    begun = time.perf_counter()
    try:
        addresses, took = await _look_up(mapped)
        return Resolved(addresses=addresses, elapsed=took)
    except socket.gaierror as error:
        failure = failure_of(error)
    except ValueError:  # a label that is too long or empty, a character that no name has
        failure = Failure(reason=Reason.DNS, detail="not a valid host name")
    return Resolved(failure=failure, elapsed=time.perf_counter() - begun)


async def addresses_of(network: Network, host: str) -> Resolved:
    """`resolve`, and then only the addresses that the source address can reach."""
    resolved = await resolve(network, host)
    if network.source is None or resolved.failure:
        return resolved
    source = _ip(network.source)
    if source is None:
        problem = Failure(reason=Reason.SOURCE, detail="the source address is not an IP address")
        return replace(resolved, failure=problem)
    fitting = tuple(
        address
        for address in resolved.addresses
        if (ip := _ip(address)) is None or ip.version == source.version
    )
    if not fitting:
        problem = Failure(
            reason=Reason.SOURCE,
            detail=f"{network.source} is IPv{source.version}, and {host} has no such address",
        )
        return replace(resolved, failure=problem)
    return replace(resolved, addresses=fitting)


async def open_tcp(network: Network, host: str, port: int) -> Opened:
    """A TCP connection to the first address that takes one. Raises NotOpened."""
    try:
        async with asyncio.timeout(network.total.total_seconds()):
            resolved = await addresses_of(network, host)
    except TimeoutError:
        raise NotOpened(timed_out("no addresses", network.total)) from None
    if resolved.failure:
        raise NotOpened(resolved.failure)
    deadline = time.monotonic() + network.connect.total_seconds()
    for index, address in enumerate(resolved.addresses):
        seconds = share(deadline, len(resolved.addresses) - index)
        try:
            return await _open(address, port, network, seconds)
        except NotOpened as error:
            last = error
    raise last


async def shake_hands(network: Network, host: str, port: int, context: ssl.SSLContext) -> Opened:
    """A TLS connection, verified as `context` says.

    Raises NotOpened, and ssl.SSLCertVerificationError where the certificate is not accepted.
    """
    opened = await open_tcp(network, host, port)
    try:
        async with asyncio.timeout(network.connect.total_seconds()):
            await opened.writer.start_tls(context, server_hostname=host)
    except ssl.SSLCertVerificationError:
        opened.close()
        raise
    except TimeoutError:
        opened.close()
        raise NotOpened(timed_out("no TLS handshake", network.connect), opened.address) from None
    except OSError as error:
        opened.close()
        failure = handshake_failure_of(error)
        if failure is None:
            raise
        raise NotOpened(failure, opened.address) from error
    except BaseException:
        opened.close()
        raise
    return opened


def share(deadline: float, addresses_left: int) -> float:
    """Seconds for the next address, so that one that never answers leaves time for the others."""
    return max(deadline - time.monotonic(), 0.001) / addresses_left


def timed_out(what: str, limit: timedelta) -> Failure:
    """The failure of a deadline that passed."""
    return Failure(reason=Reason.TIMEOUT, detail=f"{what} within {format_duration(limit)}")


def ascii_host(host: str) -> str:
    """The host as headers carry it. Raises UnicodeError where no such name can exist."""
    return host if host.isascii() else host.encode("idna").decode()


async def _open(address: str, port: int, network: Network, seconds: float) -> Opened:
    local = (network.source, 0) if network.source else None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(address, port, local_addr=local)
    except TimeoutError:
        raise NotOpened(timed_out("no connection", network.connect), address) from None
    except OSError as error:
        failure = failure_of(error, source=network.source)
        if failure is None:
            raise
        raise NotOpened(failure, address) from error
    return Opened(address, reader, writer)


async def _look_up(host: str) -> tuple[tuple[str, ...], float]:
    """getaddrinfo on a daemon thread: it cannot be cancelled, and a dead resolver must not hold the exit.

    The addresses, and the seconds that it took, without those for which the thread and this loop waited for
    each other.
    """

    def look_up() -> tuple[tuple[str, ...], float]:
        begun = time.perf_counter()
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        took = time.perf_counter() - begun
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found)), took

    return await aside(look_up)


@lru_cache(maxsize=1024)
def _as_it_stands(address: str) -> Resolved:
    """Thousands of probes ask for the same few addresses."""
    return Resolved(addresses=(address,))


@lru_cache(maxsize=1024)
def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None

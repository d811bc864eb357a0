"""Connections to the one target: opened by geventhttpclient's pools, kept per source address."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import gevent.ssl
from geventhttpclient.connectionpool import ConnectionPool, SSLConnectionPool

from loadtests.plan import LoadPlan

if TYPE_CHECKING:
    from loadtests.generator.connection import Connection

MOST_IDLE = 512
"""Connections that are kept unused, in all; what is beyond is closed."""
_IP_BIND_ADDRESS_NO_PORT = 24
"""Linux: the port is chosen at the connecting, so that one source has all ports for each target."""


class Unusable(Exception):
    """What a plan says of its target cannot be used from here; the message says what."""


class _Bound:
    """A geventhttpclient pool whose target is resolved beforehand, and whose connections have one source."""

    addresses: list[Any]
    source: str | None

    def _resolve(self) -> list[Any]:
        return self.addresses

    def _create_tcp_socket(self, family: int, socktype: int, protocol: int) -> Any:
        sock = super()._create_tcp_socket(family, socktype, protocol)  # type: ignore[misc]
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.source is not None:
                if family == socket.AF_INET:
                    sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
                sock.bind((self.source, 0))
        except OSError:
            sock.close()
            raise
        return sock


class _Plain(_Bound, ConnectionPool):
    pass


class _Encrypted(_Bound, SSLConnectionPool):
    pass


class Pool:
    """The connections of one source address."""

    def __init__(self, opener: ConnectionPool, pools: Pools) -> None:
        self._opener = opener
        self._pools = pools
        self._idle: list[Connection] = []

    def open(self) -> Any:
        """A new connection's socket. Blocks its greenlet; raises OSError."""
        return self._opener._create_socket()

    def take(self) -> Connection | None:
        """The connection that was used last, if one is free."""
        if not self._idle:
            return None
        self._pools.idle -= 1
        return self._idle.pop()

    def keep(self, connection: Connection) -> None:
        """Have it ready for the next request, or close it where enough are."""
        if self._pools.idle >= MOST_IDLE or self._pools.closed:
            connection.close()
            return
        self._pools.idle += 1
        self._idle.append(connection)

    def forget(self, connection: Connection) -> None:
        """The other side has closed it."""
        if connection in self._idle:
            self._idle.remove(connection)
            self._pools.idle -= 1

    def close(self) -> None:
        """Close all that are free."""
        while self._idle:
            self._idle.pop().close()
            self._pools.idle -= 1


class Pools:
    """All connections of a worker."""

    def __init__(self, plan: LoadPlan) -> None:
        """Raises Unusable."""
        url = urlsplit(plan.base)
        host = url.hostname or ""
        encrypted = url.scheme == "https"
        port = url.port or (443 if encrypted else 80)
        addresses = _resolved(plan.connect_to or host, port)
        context = _context(plan.authorities) if encrypted else None
        self.idle = 0
        self.closed = False
        self._pools = [
            Pool(_opener(source, addresses, (host, port), plan.timeout, context), self)
            for source in plan.identities or (None,)
        ]

    def of(self, number: int) -> Pool:
        """The pool of the identity whose turn it is at the arrival of this number."""
        return self._pools[number % len(self._pools)]

    def close(self) -> None:
        """Close what is free, and all else as soon as it is."""
        self.closed = True
        for pool in self._pools:
            pool.close()


def _opener(
    source: str | None, addresses: list[Any], target: tuple[str, int], timeout: float, context: Any
) -> ConnectionPool:
    family = None if source is None else (socket.AF_INET6 if ":" in source else socket.AF_INET)
    usable = [address for address in addresses if family is None or address[0] == family]
    if not usable:
        raise Unusable(f"{target[0]} has no address that {source} could reach")
    common: dict[str, Any] = {"connection_timeout": timeout, "network_timeout": timeout}
    opener: Any = (
        _Plain(*target, *target, **common)
        if context is None
        else _Encrypted(*target, *target, ssl_context_factory=lambda cafile: context, **common)
    )
    opener.addresses = usable
    opener.source = source
    return opener  # type: ignore[no-any-return]


def _resolved(host: str, port: int) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except OSError as error:
        raise Unusable(f"{host} is not to be resolved: {error.strerror}") from error


def _context(authorities: str | None) -> Any:
    context = gevent.ssl.create_default_context()
    if authorities is not None:
        try:
            context.load_verify_locations(cafile=authorities)
        except OSError as error:  # of SSL, too
            raise Unusable(f"{authorities}: no file of certificate authorities") from error
    return context

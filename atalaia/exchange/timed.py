"""One request over a connection of its own, each phase timed by the connection's own events, at little cost.

`Client` does the same through httpcore, with all that suites need beside; this is for thousands of them.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from atalaia.environment.url import Url
from atalaia.exchange.arriving import Arriving
from atalaia.exchange.body import Undecodable
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.exchange import Response
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.network import Network, NotOpened, addresses_of, ascii_host, share, timed_out
from atalaia.exchange.presented import Presented, presented
from atalaia.exchange.step import Step
from atalaia.exchange.trust import verifying
from atalaia.exchange.wire import Broken, read_answer, request_bytes

MAX_REDIRECTS = 10


@dataclass(slots=True)
class Timed:
    """What is known of a request: all of it when it is over, and what came before it failed."""

    phases: dict[str, float] = field(default_factory=dict)
    """resolve, connect, tls, processing (until the first byte of the answer), transfer → seconds, each
    summed over redirects; what was not measured is absent."""
    address: str | None = None
    """The IP address that was contacted last."""
    response: Response | None = None
    """The last answer, as far as it came."""
    failure: Failure | None = None
    refused: bool = False
    """Whether it failed because the certificate was not accepted."""
    tls: Presented | None = None
    redirects: int = 0
    started: float = 0.0
    """Unix time."""
    elapsed: float = 0.0
    """Seconds from the start to the end of it all."""
    doing: str = "looking the host up"
    """What was begun last, in words."""

    def spent(self, phase: str, seconds: float) -> None:
        """Note a phase; a redirect adds to it."""
        self.phases[phase] = self.phases.get(phase, 0.0) + seconds


async def send(step: Step, network: Network, *, follow_redirects: bool = False) -> Timed:
    """Send a request, and say what came of it: a server that fails is a failure, and no exception.

    Raises UsageError where the authorities to trust cannot be used, NotMeasured where this machine
    ran out of what it takes.
    """
    timed = Timed(started=time.time())
    await _told(_follow(step, network, timed, follow_redirects=follow_redirects), network, timed)
    return timed


async def open_and_close(url: Url, network: Network) -> Timed:
    """Open a connection, shake hands where the scheme has TLS, and close it. Raises as `send`."""
    timed = Timed(started=time.time())
    await _told(_open_and_close(url, network, timed), network, timed)
    return timed


async def _told(work: Coroutine[Any, Any, None], network: Network, timed: Timed) -> None:
    """Do the work within the deadline, and note what became of it."""
    begun = time.perf_counter()
    deadline = asyncio.timeout(network.total.total_seconds())
    try:
        async with deadline:
            await work
    except TimeoutError as error:
        timed.failure = _ended_late(timed, network) if deadline.expired() else failure_of(error)
    except NotOpened as error:
        timed.failure = error.failure
    except (Broken, Undecodable) as error:
        timed.failure = Failure(reason=Reason.PROTOCOL, detail=str(error))
    except ssl.SSLCertVerificationError as error:
        timed.refused, timed.failure = True, Failure(reason=Reason.TLS, detail=error.verify_message)
    except OSError as error:
        failure = failure_of(error, source=network.source)
        if failure is None:
            raise
        timed.failure = failure
    timed.elapsed = time.perf_counter() - begun


def _ended_late(timed: Timed, network: Network) -> Failure:
    passed = timed_out("no whole answer", network.total)
    return passed.model_copy(update={"detail": f"{passed.detail}, which passed while {timed.doing}"})


async def _follow(step: Step, network: Network, timed: Timed, *, follow_redirects: bool) -> None:
    while True:
        await _converse(step, network, timed)
        if not follow_redirects or timed.response is None:
            return
        try:
            onward = step.redirected(timed.response.status, timed.response.header("Location"))
        except ValueError:
            detail = "sent on to what is no http or https address"
            timed.failure = Failure(reason=Reason.REDIRECTS, detail=detail)
            return
        if onward is None:
            return
        if timed.redirects == MAX_REDIRECTS:
            detail = f"more than {MAX_REDIRECTS} redirects"
            timed.failure = Failure(reason=Reason.REDIRECTS, detail=detail)
            return
        timed.redirects += 1
        timed.response = None
        step = onward


async def _open_and_close(url: Url, network: Network, timed: Timed) -> None:
    connection = await _connected(url, network, timed)
    try:
        if url.tls:
            await _secure(connection, url, network, timed)
    finally:
        connection.end()


async def _converse(step: Step, network: Network, timed: Timed) -> None:
    """Raises NotOpened, Broken, Undecodable, OSError."""
    connection = await _connected(step.url, network, timed)
    try:
        if step.url.tls:
            await _secure(connection, step.url, network, timed)
        timed.doing = "waiting for the answer"
        await connection.ask(request_bytes(step), step.method, network.body_cap)
    finally:
        connection.end()


async def _connected(url: Url, network: Network, timed: Timed) -> _Connection:
    timed.doing = "looking the host up"
    resolution = await addresses_of(network, url.host)
    if resolution.elapsed:
        timed.spent("resolve", resolution.elapsed)
    if resolution.failure:
        raise NotOpened(resolution.failure)
    timed.doing = "connecting"
    loop = asyncio.get_running_loop()
    source = (network.source, 0) if network.source else None
    deadline = time.monotonic() + network.connect.total_seconds()
    for index, address in enumerate(resolution.addresses):
        timed.address = address
        seconds = share(deadline, len(resolution.addresses) - index)
        connection = _Connection(timed, loop)
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(seconds):
                await loop.create_connection(lambda c=connection: c, address, url.port, local_addr=source)
        except TimeoutError:
            failure: Failure | None = timed_out("no connection", network.connect)
        except OSError as error:
            failure = failure_of(error, source=network.source)
            if failure is None:
                raise
        else:
            timed.spent("connect", connection.opened - begun)
            return connection
    assert failure is not None, "a name has at least one address"
    raise NotOpened(failure)


async def _secure(connection: _Connection, url: Url, network: Network, timed: Timed) -> None:
    timed.doing = "shaking hands over TLS"
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(network.connect.total_seconds()):
            await connection.start_tls(verifying(network.ca), ascii_host(url.host))
    except ssl.SSLCertVerificationError:
        raise
    except TimeoutError:
        raise NotOpened(timed_out("no TLS handshake", network.connect)) from None
    except OSError as error:
        failure = handshake_failure_of(error)
        if failure is None:
            raise
        raise NotOpened(failure) from error
    timed.spent("tls", time.perf_counter() - begun)
    timed.tls = presented(connection.tls)


class _Connection(asyncio.Protocol):
    """A connection for one request. The answer is read as its bytes come, without a turn of the loop."""

    __slots__ = (
        "_arriving",
        "_asked",
        "_done",
        "_first",
        "_loop",
        "_reading",
        "_timed",
        "_transport",
        "opened",
    )

    def __init__(self, timed: Timed, loop: asyncio.AbstractEventLoop) -> None:
        self._timed = timed
        self._loop = loop
        self._arriving = Arriving()
        self._transport: asyncio.Transport | None = None
        self._reading: Coroutine[Any, Any, tuple[Response, bool]] | None = None
        self._done: asyncio.Future[None] | None = None
        self._asked = self._first = 0.0
        self.opened = 0.0

    def itself(self) -> _Connection:
        """As asyncio wants a protocol: from a factory."""
        return self

    @property
    def tls(self) -> ssl.SSLObject:
        """What was agreed on."""
        assert self._transport is not None, "it is open"
        return cast(ssl.SSLObject, self._transport.get_extra_info("ssl_object"))

    async def start_tls(self, context: ssl.SSLContext, name: str) -> None:
        """Shake hands. Raises OSError."""
        assert self._transport is not None, "it is open"
        secured = await self._loop.start_tls(self._transport, self, context, server_hostname=name)
        self._transport = cast(asyncio.Transport, secured)

    async def ask(self, request: bytes, method: str, cap: int) -> None:
        """Send, and read the answer to its end. Raises Broken, Undecodable, OSError."""
        assert self._transport is not None, "it is open"
        self._done = self._loop.create_future()
        self._reading = read_answer(self._arriving, method, cap, on_head=self._head)
        self._transport.write(request)
        self._asked = time.perf_counter()
        self._read_on()
        await self._done

    def end(self) -> None:
        """Whatever state it is in."""
        if self._transport:
            self._transport.abort()
        if self._reading:
            self._reading.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.opened = time.perf_counter()
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if not self._first and self._asked:
            self._first = time.perf_counter()
            self._timed.spent("processing", self._first - self._asked)
            self._timed.doing = "reading the answer"
        self._arriving.feed(data)
        self._read_on()

    def eof_received(self) -> None:
        self._arriving.end()
        self._read_on()

    def connection_lost(self, error: Exception | None) -> None:
        self._arriving.end(error)
        self._read_on()

    def _head(self, response: Response) -> None:
        self._timed.response = response

    def _read_on(self) -> None:
        done = self._done
        if self._reading is None or done is None or done.done():
            return
        try:
            self._reading.send(None)
        except StopIteration as end:
            self._timed.response = end.value[0]
            self._timed.spent("transfer", time.perf_counter() - self._first)
            done.set_result(None)
        except Exception as error:
            done.set_exception(error)

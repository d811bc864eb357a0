"""One request over a connection of its own, each phase timed by the connection's own events, at little cost.

`Client` does the same through httpcore, with all that suites need beside; this is for thousands of them.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from atalaia.environment.url import Url
from atalaia.exchange.bare import Bare
from atalaia.exchange.body import Undecodable
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.network import Network, NotOpened, addresses_of, ascii_host, share, timed_out
from atalaia.exchange.presented import presented
from atalaia.exchange.reading import Timed
from atalaia.exchange.step import Step
from atalaia.exchange.trust import verifying
from atalaia.exchange.wire import Broken, request_bytes

MAX_REDIRECTS = 10


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
    return replace(passed, detail=f"{passed.detail}, which passed while {timed.doing}")


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


async def _connected(url: Url, network: Network, timed: Timed) -> Bare:
    timed.doing = "looking the host up"
    resolved = await addresses_of(network, url.host)
    if resolved.elapsed:
        timed.spent("resolve", resolved.elapsed)
    if resolved.failure:
        raise NotOpened(resolved.failure)
    timed.doing = "connecting"
    deadline = time.monotonic() + network.connect.total_seconds()
    for index, address in enumerate(resolved.addresses):
        timed.address = address
        seconds = share(deadline, len(resolved.addresses) - index)
        connection = Bare(timed)
        try:
            took = await connection.open(address, url.port, network.source, seconds)
        except OSError as error:
            connection.end()
            failure = _not_connected(error, network)
            if failure is None:
                raise
        except BaseException:
            connection.end()
            raise
        else:
            timed.spent("connect", took)
            return connection
    assert failure is not None, "a name has at least one address"
    raise NotOpened(failure)


def _not_connected(error: OSError, network: Network) -> Failure | None:
    """Why there is no connection; the deadline's own error has no number, as the system's has."""
    if isinstance(error, TimeoutError) and error.errno is None:
        return timed_out("no connection", network.connect)
    return failure_of(error, source=network.source)


async def _secure(connection: Bare, url: Url, network: Network, timed: Timed) -> None:
    timed.doing = "shaking hands over TLS"
    seconds = network.connect.total_seconds()
    try:
        tls, took = await connection.start_tls(verifying(network.ca), ascii_host(url.host), seconds)
    except ssl.SSLCertVerificationError:
        raise
    except TimeoutError:
        raise NotOpened(timed_out("no TLS handshake", network.connect)) from None
    except OSError as error:
        failure = handshake_failure_of(error)
        if failure is None:
            raise
        raise NotOpened(failure) from error
    timed.spent("tls", took)
    timed.tls = presented(tls)


__all__ = ["Timed", "open_and_close", "send"]

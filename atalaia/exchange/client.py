"""The HTTP client: one exchange, within one deadline, whatever the server does."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from statistics import median
from types import TracebackType

import anyio
import httpcore
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from atalaia.exchange.answering import answered_by
from atalaia.exchange.backend import Backend
from atalaia.exchange.body import BoundedBody, Undecodable
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network, NotOpened, addresses_of, share, timed_out
from atalaia.exchange.observable import HttpRequest, HttpSequence
from atalaia.exchange.pressure import Pressure
from atalaia.exchange.progress import Progress, header_of
from atalaia.exchange.proxy import proxy_for, through
from atalaia.exchange.scrub import scrub
from atalaia.exchange.step import Step
from atalaia.exchange.told import told_headers
from atalaia.exchange.trust import verifying

MAX_REDIRECTS = 10
_BETWEEN_ROUNDS = 0.2
"""Seconds in which a machine may become less busy."""
_BACKEND = Backend()
_OF_TRANSPORT = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.RemoteProtocolError,
    httpcore.ProxyError,
)


class Client:
    """Sends requests as an environment wants it, each over a connection of its own.

    A server that fails is an Exchange with a failure; what is raised is a fault of ours, or a
    UsageError about the authorities to trust or the proxy to use.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    async def __aenter__(self) -> Client:
        # httpcore's locks are anyio's, which loads much at the first use: now, not at an exchange's expense.
        anyio.Lock()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is left to close: an exchange ends its own connections."""

    async def exchange(self, request: HttpRequest) -> Exchange:
        """Send one request, and say what came of it.

        Where redirects are followed, response and phases are those of the last request.
        """
        step = Step.first(request.sends, self._network)
        progress = Progress(max(self._network.body_cap, request.body_cap))
        sent_at, begun = time.time(), time.perf_counter()
        total = max(self._network.total, timedelta(seconds=request.patience))
        deadline = asyncio.timeout(total.total_seconds())
        try:
            async with deadline:
                failure = await self._ending(request, step, progress)
        except TimeoutError:
            if not deadline.expired():
                raise
            passed = timed_out("no whole answer", total)
            detail = f"{passed.detail}, which passed while {progress.stopwatch.doing}"
            failure = replace(passed, detail=detail)
        response = progress.response()
        if response:
            response = scrub(response)
        return Exchange(
            method=request.method,
            url=str(step),
            request_id=step.header("X-Request-ID"),
            source=self._network.source,
            sent=told_headers(request.sends),
            sent_at=sent_at,
            address=progress.address,
            response=response,
            failure=failure,
            answered_by=answered_by(request.hop, response) if response else Hop.UNKNOWN,
            phases=progress.stopwatch.phases,
            elapsed=time.perf_counter() - begun,
            attempts=tuple(progress.attempts),
            redirects=tuple(progress.redirects),
        )

    async def sequence(self, sequence: HttpSequence) -> Exchanges:
        """Send requests one after the other, each as its own client and within a deadline of its own."""
        pressure, begun = Pressure(), time.perf_counter()
        for number in count(1):
            steps = await self._round(sequence)
            within = sequence.within
            if within is None or _decides(steps[-1]) or median(step.elapsed for step in steps) <= within:
                break
            patient = pressure.busy and time.perf_counter() - begun < sequence.patience
            if number >= sequence.rounds and not patient:
                break
            await asyncio.sleep(_BETWEEN_ROUNDS)
        return Exchanges(steps=tuple(steps))

    async def _round(self, sequence: HttpSequence) -> list[Exchange]:
        steps: list[Exchange] = []
        for step in sequence.steps:
            if steps and sequence.pause:
                await asyncio.sleep(sequence.pause)
            steps.append(await Client(self._network.of(step.client)).exchange(step))
            if sequence.repeats and _decides(steps[-1]):
                break
        return steps

    async def _ending(self, request: HttpRequest, step: Step, progress: Progress) -> Failure | None:
        try:
            return await self._follow(request, step, progress)
        except NotOpened as error:
            return error.failure
        except Undecodable as error:
            return Failure(reason=Reason.PROTOCOL, detail=str(error))
        except httpcore.ConnectTimeout:
            return timed_out("no TLS handshake", self._network.connect)
        except (*_OF_TRANSPORT, OSError) as error:
            # Without a TCP connection it would be NotOpened: this one failed in its handshake.
            in_handshake = isinstance(error, httpcore.ConnectError)
            failure = handshake_failure_of(error) if in_handshake else failure_of(error)
            if failure is None:
                raise
            return failure

    async def _follow(self, request: HttpRequest, step: Step, progress: Progress) -> Failure | None:
        while True:
            answer = await self._send(step, request.connect_attempts, progress)
            if not request.follow_redirects:
                return None
            try:
                onward = step.redirected(answer.status, header_of(answer, b"location"))
            except ValueError:
                detail = "sent on to what is no http or https address"
                return Failure(reason=Reason.REDIRECTS, detail=detail)
            if onward is None or (request.within_origin and onward.url.origin != request.url.origin):
                return None
            if len(progress.redirects) == MAX_REDIRECTS:
                return Failure(reason=Reason.REDIRECTS, detail=f"more than {MAX_REDIRECTS} redirects")
            progress.redirects.append(str(onward))
            step = onward

    async def _send(self, step: Step, attempts: int, progress: Progress) -> httpcore.Response:
        progress.send_again()
        proxy = proxy_for(step.url) if self._network.proxies else None
        hosts = (step.url.host,) if proxy else await self._addresses(step.url.host, progress)
        opening = partial(self._open, step, hosts, proxy, progress)
        try:
            answer = await (opening() if attempts == 1 else _retrying(attempts)(opening))
            await self._read(answer, progress)
            return answer
        finally:
            await progress.stopwatch.end_connection()

    async def _addresses(self, host: str, progress: Progress) -> tuple[str, ...]:
        resolved = await addresses_of(self._network, host)
        progress.stopwatch.resolved(resolved.elapsed)
        if resolved.failure:
            raise NotOpened(resolved.failure)
        return resolved.addresses

    async def _open(
        self, step: Step, hosts: tuple[str, ...], proxy: str | None, progress: Progress
    ) -> httpcore.Response:
        """The head of the answer, from the first address that takes a connection. Raises NotOpened."""
        deadline = time.monotonic() + self._network.connect.total_seconds()
        for index, host in enumerate(hosts):
            progress.try_address(host)
            seconds = share(deadline, len(hosts) - index)
            try:
                request = step.http(host, seconds, progress.stopwatch)
                return await self._connection(
                    request.url.origin, proxy, tls=step.url.tls
                ).handle_async_request(request)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                if progress.stopwatch.connected:
                    raise  # TLS would say the same at another address
                failure = self._not_connected(error)
                progress.not_connected(failure)
        raise NotOpened(failure)

    def _not_connected(self, error: Exception) -> Failure:
        if isinstance(error, httpcore.ConnectTimeout):
            return timed_out("no connection", self._network.connect)
        failure = failure_of(error, source=self._network.source)
        if failure is None:
            raise error
        return failure

    async def _read(self, answer: httpcore.Response, progress: Progress) -> None:
        body = BoundedBody(progress.body_cap, header_of(answer, b"content-encoding") or "")
        progress.answered(answer, body)
        try:
            async for chunk in answer.aiter_stream():
                body.feed(chunk)
                if body.truncated:
                    break
            progress.stopwatch.transferred()
            body.finish()
        finally:
            await answer.aclose()

    def _connection(
        self, origin: httpcore.Origin, proxy: str | None, *, tls: bool
    ) -> httpcore.AsyncHTTPConnection | httpcore.AsyncHTTPProxy:
        """What sends one request; the stopwatch ends its connection."""
        context = verifying(self._network.ca) if tls else None
        if proxy:
            return through(proxy, context)
        return httpcore.AsyncHTTPConnection(
            origin, context, local_address=self._network.source, network_backend=_BACKEND
        )


def _decides(exchange: Exchange) -> bool:
    """Whether another request of the kind would tell no more: none came whole, or one longer than is read."""
    return exchange.failure is not None or (exchange.response is not None and exchange.response.truncated)


def _retrying(attempts: int) -> AsyncRetrying:
    return AsyncRetrying(
        stop=stop_after_attempt(attempts),
        wait=wait_exponential(multiplier=0.1, max=1),
        retry=retry_if_exception_type(NotOpened),
        reraise=True,
    )

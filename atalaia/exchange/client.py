"""The HTTP client: one exchange, within one deadline, whatever the server does."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta
from types import TracebackType

import anyio
import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from atalaia.exchange.answering import answered_by
from atalaia.exchange.body import BoundedBody, Undecodable
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network, NotOpened, addresses_of, share, timed_out
from atalaia.exchange.observable import HttpRequest, HttpSequence
from atalaia.exchange.progress import Progress
from atalaia.exchange.proxy import proxy_for
from atalaia.exchange.scrub import scrub
from atalaia.exchange.step import Step
from atalaia.exchange.trust import never_used, verifying

MAX_REDIRECTS = 10
_SECRET = re.compile(r"authorization|cookie|token|secret|api-?key", re.IGNORECASE)


class Client:
    """Sends requests as an environment wants it, each over a connection of its own.

    A server that fails is an Exchange with a failure; what is raised is a fault of ours, or a
    UsageError about the authorities to trust or the proxy to use.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    async def __aenter__(self) -> Client:
        # httpx and anyio load much of themselves at their first use: now, not at an exchange's expense.
        async with self._transport(False, None):
            await anyio.sleep(0)
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
        step = Step.first(request, self._network)
        progress = Progress()
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
            failure = passed.model_copy(update={"detail": detail})
        response = progress.response()
        if response:
            response = scrub(response)
        return Exchange(
            method=request.method,
            url=str(step),
            request_id=step.header("X-Request-ID"),
            source=self._network.source,
            sent=told_headers(request),
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
        steps = [await Client(self._network.of(step.client)).exchange(step) for step in sequence.steps]
        return Exchanges(steps=tuple(steps))

    async def _ending(self, request: HttpRequest, step: Step, progress: Progress) -> Failure | None:
        try:
            return await self._follow(request, step, progress)
        except NotOpened as error:
            return error.failure
        except Undecodable as error:
            return Failure(reason=Reason.PROTOCOL, detail=str(error))
        except httpx.ConnectTimeout:
            return timed_out("no TLS handshake", self._network.connect)
        except (httpx.TransportError, OSError) as error:
            # Without a TCP connection it would be NotOpened: this one failed in its handshake.
            in_handshake = isinstance(error, httpx.ConnectError)
            failure = handshake_failure_of(error) if in_handshake else failure_of(error)
            if failure is None:
                raise
            return failure

    async def _follow(self, request: HttpRequest, step: Step, progress: Progress) -> Failure | None:
        while True:
            response = await self._send(step, request.connect_attempts, progress)
            if not request.follow_redirects:
                return None
            try:
                onward = step.redirected(response.status_code, response.headers.get("location"))
            except ValueError:
                detail = "sent on to what is no http or https address"
                return Failure(reason=Reason.REDIRECTS, detail=detail)
            if onward is None:
                return None
            if len(progress.redirects) == MAX_REDIRECTS:
                return Failure(reason=Reason.REDIRECTS, detail=f"more than {MAX_REDIRECTS} redirects")
            progress.redirects.append(str(onward))
            step = onward

    async def _send(self, step: Step, attempts: int, progress: Progress) -> httpx.Response:
        progress.send_again()
        proxy = proxy_for(step.url) if self._network.proxies else None
        hosts = (step.url.host,) if proxy else await self._addresses(step.url.host, progress)
        retrying = AsyncRetrying(
            stop=stop_after_attempt(attempts),
            wait=wait_exponential(multiplier=0.1, max=1),
            retry=retry_if_exception_type(NotOpened),
            reraise=True,
        )
        try:
            async with self._transport(step.url.tls, proxy) as transport:
                response: httpx.Response = await retrying(
                    self._open, transport, step, hosts, progress, proxied=proxy is not None
                )
                await self._read(response, progress)
                return response
        finally:
            await progress.stopwatch.end_connection()

    async def _addresses(self, host: str, progress: Progress) -> tuple[str, ...]:
        resolution = await addresses_of(self._network, host)
        progress.stopwatch.resolved(resolution.elapsed)
        if resolution.failure:
            raise NotOpened(resolution.failure)
        return resolution.addresses

    async def _open(
        self,
        transport: httpx.AsyncHTTPTransport,
        step: Step,
        hosts: tuple[str, ...],
        progress: Progress,
        *,
        proxied: bool,
    ) -> httpx.Response:
        """The head of the answer, from the first address that takes a connection. Raises NotOpened."""
        deadline = time.monotonic() + self._network.connect.total_seconds()
        for index, host in enumerate(hosts):
            progress.try_address(host)
            seconds = share(deadline, len(hosts) - index)
            try:
                request = step.http(host, seconds, progress.stopwatch, proxied=proxied)
                return await transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if progress.stopwatch.connected:
                    raise  # TLS would say the same at another address
                failure = self._not_connected(error)
                progress.not_connected(failure)
        raise NotOpened(failure)

    def _not_connected(self, error: httpx.TransportError) -> Failure:
        if isinstance(error, httpx.ConnectTimeout):
            return timed_out("no connection", self._network.connect)
        failure = failure_of(error, source=self._network.source)
        if failure is None:
            raise error
        return failure

    async def _read(self, response: httpx.Response, progress: Progress) -> None:
        body = BoundedBody(self._network.body_cap, response.headers.get("content-encoding", ""))
        progress.answered(response, body)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        try:
            async for chunk in response.stream:
                body.feed(chunk)
                if body.truncated:
                    break
            progress.stopwatch.transferred()
            body.finish()
        finally:
            await response.aclose()

    def _transport(self, tls: bool, proxy: str | None) -> httpx.AsyncHTTPTransport:
        # A transport for each request: a shared one searches through all that are under way.
        return httpx.AsyncHTTPTransport(
            verify=verifying(self._network.ca) if tls else never_used(),
            trust_env=False,
            http1=True,
            http2=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            proxy=proxy,
            local_address=self._network.source,
        )


def told_headers(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The request's own headers as an exchange tells them: without those that carry credentials."""
    return tuple((name, value) for name, value in request.headers if not _SECRET.search(name))

"""Requests over connections that are kept, at a fraction of the cost: for hundreds of them in a row.

What they look like, and what is made of what comes back, is as with `Client`; phases are not measured.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from types import TracebackType

from atalaia.exchange.answering import answered_by
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network, NotOpened, Opened, open_tcp, shake_hands, timed_out
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.proxy import proxy_for
from atalaia.exchange.response import Response
from atalaia.exchange.scrub import scrub
from atalaia.exchange.step import Step
from atalaia.exchange.told import told_headers
from atalaia.exchange.trust import verifying
from atalaia.exchange.wire import Broken, Undecodable, read_answer, request_bytes

_OURS = "X-Request-ID"


class KeptClient:
    """Sends requests one after the other, over one connection to each server.

    A request is never sent twice: where a server has closed the connection meanwhile, that is a
    failure of the exchange. Redirects are not followed.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._open: dict[str, Opened] = {}
        self._steps: dict[int, tuple[HttpRequest, Step]] = {}

    async def __aenter__(self) -> KeptClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for opened in self._open.values():
            opened.close()

    async def exchange(self, request: HttpRequest) -> Exchange:
        """Send one request, and say what came of it."""
        if self._network.proxies and proxy_for(request.url):
            async with Client(self._network) as client:
                return await client.exchange(request)
        step = self._step(request)
        sent_at, begun = time.time(), time.perf_counter()
        total = max(self._network.total, timedelta(seconds=request.patience))
        deadline = asyncio.timeout(total.total_seconds())
        response: Response | None = None
        failure: Failure | None = None
        address: str | None = None
        try:
            async with deadline:
                address, response = await self._converse(step)
        except TimeoutError as error:
            expired = deadline.expired()
            failure = timed_out("no whole answer", total) if expired else failure_of(error)
            if failure is None:
                raise
        except NotOpened as error:
            address, failure = error.address, error.failure
        except (Broken, Undecodable) as error:
            failure = Failure(reason=Reason.PROTOCOL, detail=str(error))
        except ssl.SSLError as error:
            failure = handshake_failure_of(error)
        except OSError as error:
            failure = failure_of(error, source=self._network.source)
            if failure is None:
                raise
        return Exchange(
            method=request.method,
            url=str(step),
            request_id=step.header(_OURS),
            source=self._network.source,
            sent=told_headers(request.sends),
            sent_at=sent_at,
            address=address,
            response=scrub(response) if response else None,
            failure=failure,
            answered_by=answered_by(request.hop, response) if response else Hop.UNKNOWN,
            elapsed=time.perf_counter() - begun,
        )

    def _step(self, request: HttpRequest) -> Step:
        """What goes on the wire; made once for each request, but for its id."""
        known = self._steps.get(id(request))
        if known is None:
            # The request is kept with it: as long as it is there, no other object has its id.
            known = self._steps[id(request)] = request, Step.first(request.sends, self._network, keeps=True)
        step = known[1]
        if any(name == _OURS for name, _ in request.headers):
            return step
        headers = tuple((name, str(uuid.uuid4()) if name == _OURS else value) for name, value in step.headers)
        return replace(step, headers=headers)

    async def _converse(self, step: Step) -> tuple[str, Response]:
        """Raises NotOpened, Broken, Undecodable, OSError."""
        opened = self._open.pop(step.url.origin, None)
        if opened is None or opened.reader.at_eof():
            opened = await self._connect(step)
        keeps = False
        try:
            opened.writer.write(request_bytes(step))
            await opened.writer.drain()
            response, keeps = await read_answer(opened.reader, step.method, self._network.body_cap)
        finally:
            if keeps:
                self._open[step.url.origin] = opened
            else:
                opened.close()
        return opened.address, response

    async def _connect(self, step: Step) -> Opened:
        if step.url.tls:
            return await shake_hands(self._network, step.url.host, step.url.port, verifying(self._network.ca))
        return await open_tcp(self._network, step.url.host, step.url.port)

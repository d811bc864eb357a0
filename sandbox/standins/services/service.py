"""One service: its health document, its metrics, its API, and the headers of every answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from time import perf_counter
from typing import Any

from sandbox.standins.config import ServiceConfig
from sandbox.standins.http.message import Headers, Request, Response, json_response
from sandbox.standins.http.server import Reply, Server
from sandbox.standins.services.answer import Answer, error_document
from sandbox.standins.services.api import Api
from sandbox.standins.services.behaviour import HEALTHY, Behaviour, misbehave
from sandbox.standins.services.compression import compress
from sandbox.standins.services.helmet import HELMET
from sandbox.standins.services.metrics import CONTENT_TYPE, Metrics
from sandbox.standins.services.pages import spoil
from sandbox.standins.services.stores import Stores


class Service:
    """A stand-in for one service; the handler of its listener."""

    kind = "service"

    def __init__(self, config: ServiceConfig, host: str) -> None:
        self.name = config.name
        self.behaviour = HEALTHY
        self._version = f"{config.version}-atalaia-stand-in"
        self._headers: Headers = [*HELMET, ("X-Service", config.name), ("X-Version", self._version)]
        self._stores = Stores(config.postgres, config.redis)
        self._metrics = Metrics(config.name, self._version, config.prefixes, config.clinics)
        self._api = Api(config, self._metrics)
        self._hanging: set[Reply] = set()
        self._asked: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self.servers = (Server(self, host, config.port),)

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        if self.behaviour.hang and self.behaviour.hangs_at in ("", request.path):
            self._hanging.add(reply)
            reply.abandoned = lambda: self._hanging.discard(reply)
            return
        started = perf_counter()
        path = request.path
        if path.endswith("/health"):
            self._spawn(self._answer_health(request, reply, started))
        elif path == "/metrics":
            self._answer_metrics(request, reply, started)
        else:
            answer = self._limited(request) or self._api.answer(request, self.behaviour)
            headers = [*self._with(request, answer.clinic), *answer.headers]
            if answer.document is None:
                response = Response(answer.status, headers)
            else:
                response = json_response(answer.status, answer.document, headers)
            if self.behaviour.compresses:
                compress(request, response)
            self._finish(request, reply, response, answer.route, started)

    def refuse(self, status: int) -> Response:
        """The answer to what is no request, or too large a one."""
        response = json_response(status, error_document(status, "not an acceptable request"), self._headers)
        response.close = True
        return response

    def behave(self, behaviour: Behaviour) -> None:
        """Change how requests are answered from now on; those that hang are cut."""
        self.behaviour = behaviour
        self._asked.clear()
        hanging, self._hanging = self._hanging, set()
        for reply in hanging:
            reply.abandoned = None
            reply.abort()

    async def close(self) -> None:
        """Close the listener and the stores' connections."""
        for server in self.servers:
            await server.stop()
        for task in list(self._tasks):
            task.cancel()
        await self._stores.close()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_health(self, request: Request, reply: Reply, started: float) -> None:
        behaviour = self.behaviour
        self._metrics.in_flight.inc()
        try:
            if behaviour.health_delay:
                await asyncio.sleep(behaviour.health_delay)
            response = await self._health(request, behaviour)
        finally:
            self._metrics.in_flight.dec()
        self._finish(request, reply, response, "/health", started)

    async def _health(self, request: Request, behaviour: Behaviour) -> Response:
        headers = self._with(request, None)
        if request.method not in ("GET", "HEAD"):
            return json_response(405, error_document(405, f"{request.method} is not allowed here"), headers)
        if behaviour.health_status is not None:
            status = behaviour.health_status
            return json_response(status, error_document(status, "broken on purpose"), headers)
        checks = await self._stores.answer()
        up = all(checks.values()) and not behaviour.health_down
        document = {
            "status": "UP" if up else "DOWN",
            "service": self.name,
            "version": self._version,
            "checks": {store: "UP" if answers else "DOWN" for store, answers in checks.items()},
        }
        return json_response(200 if up or behaviour.health_down else 503, document, headers)

    def _answer_metrics(self, request: Request, reply: Reply, started: float) -> None:
        headers = [*self._with(request, None), ("Content-Type", CONTENT_TYPE)]
        response = Response(200, headers, self._metrics.page())
        if self.behaviour.page is not None:
            spoil(self.behaviour.page, response)
        if delay := self.behaviour.page_delay:
            self._spawn(self._answer_late(request, reply, response, started, delay))
        else:
            self._finish(request, reply, response, "/metrics", started)

    async def _answer_late(
        self, request: Request, reply: Reply, response: Response, started: float, delay: float
    ) -> None:
        await asyncio.sleep(delay)
        self._finish(request, reply, response, "/metrics", started)

    def _limited(self, request: Request) -> Answer | None:
        """The answer of a limiter of the service's own, which only a fault gives it."""
        limit = self.behaviour.limit
        if limit is None:
            return None
        client = request.header("x-real-ip") or request.client[0]
        self._asked[client] += 1
        if self._asked[client] <= limit:
            return None
        return Answer(429, error_document(429, "too many requests"), "limited")

    def _with(self, request: Request, clinic: str | None) -> Headers:
        headers = list(self._headers)
        if clinic is not None:
            headers.append(("X-Clinic-ID", clinic))
        request_id = request.header("x-request-id")
        if request_id is not None:
            headers.append(("X-Request-ID", request_id))
        return headers

    def _finish(self, request: Request, reply: Reply, response: Response, route: str, started: float) -> None:
        if self.behaviour.counts:
            self._metrics.answered(request.method, route, response.status, perf_counter() - started)
        if self.behaviour is not HEALTHY:
            misbehave(self.behaviour, request, response)
        reply.send(response)

"""The stand-in for everybody whom the Alertmanager tells: posted to, mailed to, and asked what came.

`POST /slack`, `/pagerduty`, `/webhook` and what lies below them; mail on a port of its own;
`GET /deliveries?since=UNIX&containing=TEXT` tells what came.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from sandbox.standins.config import ReceiversConfig
from sandbox.standins.http.message import Request, Response, json_response
from sandbox.standins.http.server import Reply, Server
from sandbox.standins.receivers.delivery import Deliveries
from sandbox.standins.receivers.reading import READERS, email
from sandbox.standins.receivers.smtp import SmtpServer

_VERSION = ("Server", "atalaia-stand-in")


class Receivers:
    """The handler of the HTTP listener, and the mail server beside it."""

    kind = "receivers"
    name = "receivers"

    def __init__(self, config: ReceiversConfig, host: str) -> None:
        self.deliveries = Deliveries()
        self.refusing: str | None = None
        """The channel that answers 500, where one is broken."""
        self.mail = SmtpServer(self._mailed, host, config.smtp_port)
        self.servers = (Server(self, host, config.port), self.mail)

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        reply.send(self._answer(request))

    def refuse(self, status: int) -> Response:
        """The answer to what is no request."""
        return Response(status, [_VERSION, ("Content-Type", "text/plain")], b"bad request", close=True)

    async def close(self) -> None:
        """Close the listeners."""
        for server in self.servers:
            await server.stop()

    def _mailed(self, recipient: str, data: bytes) -> None:
        self.deliveries.add(email(recipient, data))

    def _answer(self, request: Request) -> Response:
        first = request.path.split("/")[1]
        if first == "deliveries" and request.method in {"GET", "HEAD"}:
            return self._told(request.query)
        if first not in READERS:
            return json_response(404, {"message": "not found"}, [_VERSION])
        if request.method != "POST":
            return json_response(405, {"message": "only POST"}, [_VERSION, ("Allow", "POST")])
        if first == self.refusing:
            return json_response(500, {"message": "out of order"}, [_VERSION])
        try:
            number = self.deliveries.add(READERS[first](bytes(request.body)))
        except ValueError as error:
            if first == "pagerduty":
                refusal = {
                    "status": "invalid event",
                    "message": "Event object is invalid",
                    "errors": [str(error)],
                }
                return json_response(400, refusal, [_VERSION])
            return Response(400, [_VERSION, ("Content-Type", "text/plain")], str(error).encode())
        if first == "pagerduty":
            taken = {"status": "success", "message": "Event processed", "dedup_key": str(number)}
            return json_response(202, taken, [_VERSION])
        return Response(200, [_VERSION, ("Content-Type", "text/html")], b"ok")

    def _told(self, query: str) -> Response:
        asked = parse_qs(query)
        try:
            since = float(asked.get("since", ["0"])[-1])
        except ValueError:
            return json_response(400, {"message": "since: a Unix time"}, [_VERSION])
        told = self.deliveries.told(since, asked.get("containing", [""])[-1])
        return json_response(200, {"deliveries": told}, [_VERSION])

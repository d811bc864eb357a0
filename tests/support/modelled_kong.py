"""A Kong made of the pure model alone: no socket, no clock of its own, an echo for an upstream."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from atalaia.systems.kong import errors
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.forwarding import Forwarded, TrustedIps, client_address, forward
from atalaia.systems.kong.plugins import Answer, Chains, Counting, Turn, Worker
from atalaia.systems.kong.routing import Match, Router
from atalaia.systems.kong.upstream_url import prefix, upstream_host
from tests.support.kong_recordings import PROXY_PORT, Headers, Recorded

Fate = Callable[[Match], int | str | None]
"""What becomes of a request on its way to the upstream: None: it answers; 502 or 504: nginx gives up;
a message: Kong finds no peer."""

_MORE = {
    "/hdrs": [("X-Powered-By", "upstream"), ("X-Internal", "secret"), ("X-Dup", "one"), ("X-Dup", "two")],
    "/corsy": [("Access-Control-Allow-Origin", "https://upstream.example"), ("Vary", "Accept-Encoding")],
}
_WRITTEN_BY_KONG = ("host", "connection", "content-length", "x-forwarded-", "x-real-ip")


@dataclass(frozen=True)
class Replied:
    """An answer; `status` None: Kong closes the connection instead."""

    status: int | None
    headers: Headers = field(default_factory=list)
    body: str = ""


class ModelledKong:
    """Answers requests by the rules of the model, in the order in which they come."""

    def __init__(self, configuration: Configuration) -> None:
        self.worker = Worker()
        self.serve(configuration)

    def serve(self, configuration: Configuration) -> None:
        """Switch to another configuration; what was counted stays counted."""
        self._router = Router(configuration)
        self._chains = Chains(configuration, self.worker)

    def answer(self, asked: Recorded, fate: Fate = lambda _: None) -> Replied:
        """The answer to a request of the recordings, sent when it was sent."""
        hosts = asked.by_name.get("host")
        if hosts is None:
            return self._own(self._begin(None, asked), nginx(400, asked), close=True)
        if asked.method in ("TRACE", "CONNECT"):
            return self._own(self._begin(None, asked), nginx(405, asked))
        match = self._router.match(asked.method, asked.target, hosts[0], asked.by_name)
        turn = self._begin(match, asked)
        if match is None:
            return self._own(turn, kong(404, errors.NO_ROUTE, asked))
        if "http" not in match.route.protocols:
            return self._own(self._begin(None, asked), _https_only(match, asked))
        outcome = turn.access()
        turn.settle()
        assert not isinstance(outcome, Counting), "the recordings count in the node"
        if outcome is not None:
            return self._own(turn, outcome)
        trouble = fate(match)
        if isinstance(trouble, str):
            return self._own(turn, kong(503, trouble, asked))
        if trouble is not None:
            return self._own(turn, nginx(trouble, asked), proxied=True)
        return self._proxied(turn, match, asked)

    def _begin(self, match: Match | None, asked: Recorded) -> Turn:
        request = _Request(
            asked.method, asked.target, asked.request_headers, asked.by_name, asked.request_body.encode()
        )
        client = client_address("127.0.0.1", (), TrustedIps(), recursive=False)
        return self._chains.begin(match, request, client=client, now=asked.sent_at)

    def _own(self, turn: Turn, answer: Answer, *, proxied: bool = False, close: bool = False) -> Replied:
        headers = [] if answer.content_type is None else [("Content-Type", answer.content_type)]
        headers += [("Connection", "close" if close else "keep-alive"), *answer.headers]
        headers.append(("Content-Length", str(len(answer.body))))
        body = "" if turn.request.method == "HEAD" else answer.body.decode()
        return self._sent(turn, answer.status, headers, body, proxied=proxied)

    def _proxied(self, turn: Turn, match: Match, asked: Recorded) -> Replied:
        target = turn.upstream_target()
        service = match.service
        assert service is not None
        host = turn.host or upstream_host(match.route, service, asked.by_name["host"][0], "127.0.0.1", 19080)
        seen = {
            "method": turn.method, "target": target,
            "headers": [
                ["Host", host], ["Connection", "keep-alive"],
                *([name, value] for name, value in told(match, asked).headers()),
                *([["Content-Length", str(len(asked.request_body))]] if asked.request_body else []),
                *([n, value] for n, value in turn.headers if not n.lower().startswith(_WRITTEN_BY_KONG)),
            ],
            "body": asked.request_body,
        }  # fmt: skip
        body = json.dumps(seen)
        path = target.partition("?")[0]
        status = int(path.rpartition("/status/")[2]) if "/status/" in path else 200
        headers = [
            ("Content-Type", "application/json"), ("Content-Length", str(len(body))),
            ("Connection", "keep-alive"), ("Server", "echo-upstream/1.0"),
        ]  # fmt: skip
        headers += next((more for end, more in _MORE.items() if path.endswith(end)), [])
        return self._sent(turn, status, headers, "" if turn.method == "HEAD" else body, proxied=True)

    def _sent(self, turn: Turn, status: int, headers: Headers, body: str, *, proxied: bool) -> Replied:
        filtered = turn.finish(status, headers)
        if filtered is None:
            return Replied(None)
        marks = (
            ("X-Kong-Upstream-Latency", "X-Kong-Proxy-Latency") if proxied else ("X-Kong-Response-Latency",)
        )
        told = [("Date", "now"), *((name, "0") for name in marks)]
        told.append(("Via", "kong/3.4.2") if proxied else ("Server", "kong/3.4.2"))
        return Replied(status, [*filtered, *told], body)


@dataclass(frozen=True)
class _Request:
    """As the pipeline wants it."""

    method: str
    target: str
    headers: Headers
    by_name: dict[str, list[str]]
    body: bytes


def kong(status: int, message: str, asked: Recorded) -> Answer:
    """An answer of Kong's own code."""
    return Answer(status, *errors.body(message, asked.by_name.get("accept", [None])[0]))


def nginx(status: int, asked: Recorded) -> Answer:
    """An answer of nginx."""
    by_name = asked.by_name
    accept, kind = by_name.get("accept", [None])[0], by_name.get("content-type", [None])[0]
    return Answer(status, *errors.nginx_body(status, accept, kind))


def told(match: Match, asked: Recorded) -> Forwarded:
    """The X-Forwarded-* headers for the upstream."""
    return forward(
        "127.0.0.1", asked.by_name, asked.target, port=PROXY_PORT, prefix=prefix(match), trusted=TrustedIps()
    )


def _https_only(match: Match, asked: Recorded) -> Answer:
    status = match.route.https_redirect_status_code
    if status == 426:
        upgrade = ("Connection", "Upgrade"), ("Upgrade", "TLS/1.2, HTTP/1.1")
        content_type, body = errors.body(errors.HTTPS_ONLY, asked.by_name.get("accept", [None])[0])
        return Answer(status, content_type, body, upgrade)
    title = f"{status} Moved Permanently"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    location = ("Location", f"https://{told(match, asked).host}{asked.target}")
    return Answer(status, "text/html", page.encode(), (location,))

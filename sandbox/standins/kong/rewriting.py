"""The request as the upstream sees it."""

from __future__ import annotations

from atalaia.systems.kong.forwarding import forward
from atalaia.systems.kong.headers import REQUEST_ID
from atalaia.systems.kong.plugins import Turn
from atalaia.systems.kong.routing import Match
from atalaia.systems.kong.upstream_url import prefix, upstream_host
from sandbox.standins.http.message import Headers, Request
from sandbox.standins.kong.balancer import Peer
from sandbox.standins.kong.node import Node

_REPLACED = frozenset({
    "host", "connection", "keep-alive", "content-length", "transfer-encoding", "te", "upgrade", "expect",
    "proxy", "proxy-connection", "proxy-authorization", "x-real-ip", "x-forwarded-for", "x-forwarded-proto",
    "x-forwarded-host", "x-forwarded-port", "x-forwarded-path", "x-forwarded-prefix",
})  # fmt: skip
"""Request headers that Kong drops or writes itself."""

_TOLD_BY = (
    "host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port",
    "x-forwarded-path", "x-forwarded-prefix",
)  # fmt: skip
"""What of a request the X-Forwarded-* headers are made of, beside its connection and its target."""


def upstream_request(node: Node, turn: Turn, request: Request, headers: Headers, peer: Peer) -> bytes:
    """The whole request for this peer, with the client's `headers` as the plugins leave them."""
    match = turn.match
    assert match is not None
    by_name = request.by_name
    get = by_name.get
    key = (
        match.route.id, peer.hostname, peer.address[1], request.client[0], request.local[1], request.target,
        turn.method, turn.path, turn.query, turn.host,
        *[values and (values[0] if len(values) == 1 else tuple(values)) for values in map(get, _TOLD_BY)],
    )  # fmt: skip
    beginning = node.beginnings.get(key)
    if beginning is None:
        beginning = node.beginnings.remember(key, _beginning(node, turn, match, request, peer))
    lines = [beginning]
    body = request.body if turn.body is None else turn.body
    if body or "content-length" in by_name or "transfer-encoding" in by_name:
        lines.append(f"Content-Length: {len(body)}")
    dropped = _REPLACED
    if "connection" in by_name:
        listed = {name.strip().lower() for value in by_name["connection"] for name in value.split(",")}
        dropped = _REPLACED | listed
    if turn.request_id is not None:
        lines.append(f"{REQUEST_ID}: {turn.request_id}")
        dropped = dropped | {REQUEST_ID.lower()}
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in dropped]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head + bytes(body) if body else head


def _beginning(node: Node, turn: Turn, match: Match, request: Request, peer: Peer) -> str:
    """What Kong writes itself: the request line, Host, and X-Forwarded-*."""
    service = match.service
    assert service is not None
    by_name = request.by_name
    host = turn.host
    if host is None:
        given = (by_name.get("host") or ("",))[0]
        host = upstream_host(match.route, service, given, peer.hostname, peer.address[1])
    told = forward(
        request.client[0], by_name, request.target, port=request.local[1], prefix=prefix(match),
        trusted=node.trusted, recursive=node.recursive,
    )  # fmt: skip
    lines = [
        f"{turn.method} {turn.upstream_target()} HTTP/1.1",
        f"Host: {host}",
        "Connection: keep-alive",
    ]
    return "\r\n".join(lines + [f"{name}: {value}" for name, value in told.headers()])

"""Which hop answered, told by the marks that Kong and HAProxy leave."""

from __future__ import annotations

import re

from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response


def answered_by(asked: Hop, response: Response) -> Hop:
    """The hop that produced a response, told by Kong's and HAProxy's marks.

    `asked` is the outermost hop that the request was sent to. Where the marks were taken away (a
    hardened edge removes them) and the request passed more than one hop, the answer is UNKNOWN.
    """
    if _kong_produced(response):
        return Hop.GATEWAY
    if _kong_passed_on(response):
        # Once Kong has begun to proxy, its own 502 and 504 carry the marks of a proxied answer.
        return Hop.GATEWAY if _kong_gave_up(response) else Hop.SERVICE
    if _haproxy_page(response):
        return Hop.LOAD_BALANCER
    if response.header("X-Service"):
        return Hop.SERVICE
    if asked is Hop.LOAD_BALANCER:
        # HAProxy signs nothing, not even with a date; every server behind it does.
        bare = response.header("Server") is None and response.header("Date") is None
        return Hop.LOAD_BALANCER if bare else Hop.UNKNOWN
    if asked is Hop.GATEWAY:
        return Hop.UNKNOWN
    return asked


_KONG = re.compile(r"\bkong/", re.IGNORECASE)
_HAPROXY_PAGE = re.compile(rb"<html><body><h1>(\d{3}) [^<]*</h1>")
_KONG_GIVES_UP = {
    500: "An unexpected error occurred",
    502: "An invalid response was received from the upstream server",
    503: "The upstream server is currently unavailable",
    504: "The upstream server is timing out",
}
_AROUND_THE_MESSAGE = (1, 18, 78, 153)
"""Bytes that Kong's plain, JSON, XML and HTML error bodies have beside the message."""


def _kong_produced(response: Response) -> bool:
    return bool(
        response.header("X-Kong-Response-Latency")
        or response.header("X-Kong-Admin-Latency")
        or _KONG.search(response.header("Server") or "")
    )


def _kong_passed_on(response: Response) -> bool:
    return bool(response.header("X-Kong-Upstream-Latency")) or any(
        _KONG.search(via) for via in response.all("Via")
    )


def _kong_gave_up(response: Response) -> bool:
    message = _KONG_GIVES_UP.get(response.status)
    if message is None or response.header("Server"):
        return False
    if response.body:
        return message.encode() in response.body
    length = response.header("Content-Length") or ""
    return length in {str(len(message) + around) for around in _AROUND_THE_MESSAGE}


def _haproxy_page(response: Response) -> bool:
    page = _HAPROXY_PAGE.match(response.body)
    return page is not None and int(page[1]) == response.status and response.header("Server") is None

"""The bodies of Kong's own answers, in the format that the client's Accept header asks for."""

from __future__ import annotations

import re

JSON, HTML, PLAIN, XML = (
    "application/json; charset=utf-8", "text/html; charset=utf-8",
    "text/plain; charset=utf-8", "application/xml; charset=utf-8",
)  # fmt: skip

NO_ROUTE = "no Route matched with those values"
NO_SERVICE = "no Service found with those values"
NAME_RESOLUTION = "name resolution failed"
NO_PEER = "failure to get a peer from the ring-balancer"
HTTPS_ONLY = "Please use HTTPS protocol"

OF_NGINX = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    411: "Length required",
    412: "Precondition failed",
    413: "Payload too large",
    414: "URI too long",
    417: "Expectation failed",
    494: "Request header or cookie too large",
    500: "An unexpected error occurred",
    502: "An invalid response was received from the upstream server",
    503: "The upstream server is currently unavailable",
    504: "The upstream server is timing out",
}
"""What nginx finds rather than Kong's own code; the format then differs where there is no Accept."""

PHRASES = {302: "Moved Temporarily", 405: "Not Allowed", 413: "Request Entity Too Large", 426: "",
           429: "Too Many Requests", 503: "Service Temporarily Unavailable",
           504: "Gateway Time-out"}  # fmt: skip
"""Reason phrases of nginx that are not the usual ones."""

_TYPES = {
    "text/html": HTML, "text/*": PLAIN, "text/plain": PLAIN, "application/*": JSON, "application/json": JSON,
    "application/xml": XML, "*/*": JSON,
}  # fmt: skip
_TEMPLATES = {
    JSON: '{\n  "message":"%s"\n}',
    PLAIN: "%s\n",
    HTML: '<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n'
    "  </head>\n  <body>\n    <h1>Error</h1>\n    <p>%s.</p>\n  </body>\n</html>\n",
    XML: '<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>%s</message>\n</error>\n',
}
_IDENTIFIED = {
    JSON: '{\n  "message":"%s",\n  "request_id":"%s"\n}',
    PLAIN: "%s\nrequest_id: %s\n",
    HTML: _TEMPLATES[HTML].replace("<p>%s.</p>\n", "<p>%s.</p>\n    <p>Request ID: %s</p>\n"),
    XML: _TEMPLATES[XML].replace("</message>\n", "</message>\n  <requestid>%s</requestid>\n"),
}
"""Since 3.5."""
_RANGE = re.compile(
    r"((?:[a-z0-9][a-z0-9\-!#$&^_+.]+|\*)/(?:[a-z0-9][a-z0-9\-!#$&^_+.]+|\*))"
    r"(?:\s*;\s*q=(1(?:\.0{0,3})?|0(?:\.\d{0,3})?)|\s*;\s*[a-z0-9][a-z0-9\-!#$&^_+.]+(?:=[^;]*)?)*",
    re.IGNORECASE,
)


def body(message: str, accept: str | None, request_id: str | None = None) -> tuple[str, bytes]:
    """(Content-Type, body) of an answer that Kong's own code gives: JSON unless Accept prefers another.

    Since 3.5 it carries the request's id.
    """
    return _filled(_preferred(accept or ""), message, request_id)


def nginx_body(
    status: int, accept: str | None, content_type: str | None, request_id: str | None = None
) -> tuple[str, bytes]:
    """(Content-Type, body) where nginx gives up on a request: by Accept, else by the request's own
    Content-Type, else plain text."""
    message = OF_NGINX.get(status, f"The upstream server responded with {status}")
    return _filled(_preferred(accept or content_type or "text/plain"), message, request_id)


def _filled(content_type: str, message: str, request_id: str | None) -> tuple[str, bytes]:
    if request_id is None:
        return content_type, (_TEMPLATES[content_type] % message).encode()
    return content_type, (_IDENTIFIED[content_type] % (message, request_id)).encode()


def _preferred(accept: str) -> str:
    chosen, best = JSON, 0.0
    for part in accept.split(","):
        found = _RANGE.match(part.strip())
        if found:
            quality = float(found[2]) if found[2] else 1.0
            if quality > best:
                best, chosen = quality, _TYPES.get(found[1].lower(), chosen)
    return chosen

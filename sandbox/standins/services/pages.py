"""Pages of metrics as they should not be: one change each to a service's own page."""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from sandbox.standins.http.message import Response

PageFlaw = Literal[
    "absent", "html", "content-type", "crlf", "not-utf-8", "second-type", "series-twice", "no-infinity",
    "decreasing", "negative", "falling", "many-series", "no-metric", "other-label", "camel-case", "token",
    "token-unread", "old-timestamp", "bucket-twice", "byte-order-mark", "nul", "elsewhere",
]  # fmt: skip
_SERIES = 6000
_TYPE = b"# TYPE service_info gauge\n"
_LAST_BUCKET = re.compile(rb'(_bucket\{[^}]*le="10\.0"[^}]*\}) \S+')
_LAST_BUCKET_LINE = re.compile(rb'(?m)^.*_bucket\{[^}]*le="10\.0".*$')
_INFINITY = re.compile(rb'(?m)^.*_bucket\{[^}]*le="\+Inf".*\n')
_IN_FLIGHT = re.compile(rb"(?m)^(# (HELP|TYPE) )?http_requests_in_flight.*\n")
_COUNTED = re.compile(rb"(?m)^http_requests_total\{.*")


def spoil(flaw: PageFlaw, response: Response) -> None:
    """Give an answer with a page of metrics this flaw."""
    if flaw == "absent":
        response.status, response.body = 404, b""
    elif flaw == "elsewhere":
        response.status, response.body = 302, b""
        response.headers = [*response.headers, ("Location", "http://127.0.0.1:9/login?from=/metrics")]
    elif flaw == "html":
        response.body = b"<!DOCTYPE html>\n<html><head><title>Shop</title></head><body></body></html>\n"
        _typed(response, "text/html; charset=utf-8")
    elif flaw == "content-type":
        _typed(response, "application/octet-stream")
    else:
        response.body = _CHANGES[flaw](bytes(response.body))


def _typed(response: Response, content_type: str) -> None:
    others = [header for header in response.headers if header[0].lower() != "content-type"]
    response.headers = [*others, ("Content-Type", content_type)]


def _metric(name: str, kind: str, *series: bytes) -> Callable[[bytes], bytes]:
    """One metric more, at the end."""
    head = f"# HELP {name} Made up\n# TYPE {name} {kind}\n".encode()
    more = head + b"".join(name.encode() + line + b"\n" for line in series)
    return lambda page: page + more


def _twice(bucket: re.Match[bytes]) -> bytes:
    """The same bucket, spelled in two ways, as two libraries do."""
    return bucket[0] + b"\n" + bucket[0].replace(b'le="10.0"', b'le="10"')


def _falling(page: bytes) -> bytes:
    return _metric("jobs_done_total", "counter", f" {4e9 - time.time():.6f}".encode())(page)


def _token() -> bytes:
    """A token that no key has signed."""
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"somebody"}', b"not a signature")
    return b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)


_CHANGES: Mapping[str, Callable[[bytes], bytes]] = {
    "crlf": lambda page: page.replace(b"\n", b"\r\n"),
    "not-utf-8": _metric("branches", "gauge", '{city="São Paulo"} 3'.encode("latin-1")),
    "second-type": lambda page: page.replace(_TYPE, 2 * _TYPE),
    "series-twice": lambda page: _COUNTED.sub(lambda line: line[0] + b"\n" + line[0], page, count=1),
    "no-infinity": lambda page: _INFINITY.sub(b"", page),
    "decreasing": lambda page: _LAST_BUCKET.sub(rb"\1 0", page),
    "negative": _metric("jobs_done_total", "counter", b" -1"),
    "falling": _falling,
    # Made once: it is the page that is too long, and not the service that is too slow.
    "many-series": _metric(
        "jobs_done_total", "counter", *(b'{user="u%d"} 1' % user for user in range(_SERIES))
    ),
    "no-metric": lambda page: _IN_FLIGHT.sub(b"", page),
    "other-label": lambda page: page.replace(b"route=", b"path="),
    "camel-case": _metric("queueDepth", "gauge", b" 3"),
    "token": _metric("sessions_active", "gauge", b'{token="' + _token() + b'"} 1'),
    "token-unread": _metric("sessions_active", "gauge", b'{token="' + _token() + b'"} 1,5'),
    "old-timestamp": _metric("jobs_waiting", "gauge", b" 3 1000"),
    "bucket-twice": lambda page: _LAST_BUCKET_LINE.sub(_twice, page),
    "byte-order-mark": lambda page: b"\xef\xbb\xbf" + page,
    "nul": lambda page: page + b"# \0\n",
}
assert _CHANGES.keys() | {"absent", "elsewhere", "html", "content-type"} == set(get_args(PageFlaw))

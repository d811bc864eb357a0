"""gzip for long answers, as the middleware that Express' users take does it."""

from __future__ import annotations

import gzip

from sandbox.standins.http.message import Request, Response

_SMALLEST = 1024
"""Bytes of a body that is worth it."""


def compress(request: Request, response: Response) -> None:
    """Compress the body where it is long enough and the client accepts it; Vary is there either way."""
    if len(response.body) < _SMALLEST:
        return
    response.headers.append(("Vary", "Accept-Encoding"))
    if _accepts(request.header("accept-encoding") or ""):
        response.headers.append(("Content-Encoding", "gzip"))
        response.body = gzip.compress(response.body, compresslevel=1, mtime=0)


def _accepts(header: str) -> bool:
    codings = {}
    for entry in header.lower().split(","):
        coding, _, weight = entry.partition(";")
        codings[coding.strip()] = weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return codings.get("gzip", codings.get("*", False))

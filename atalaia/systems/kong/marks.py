"""The headers by which Kong's answers are told from those of others."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

UPSTREAM_LATENCY = "X-Kong-Upstream-Latency"
PROXY_LATENCY = "X-Kong-Proxy-Latency"
RESPONSE_LATENCY = "X-Kong-Response-Latency"
ADMIN_LATENCY = "X-Kong-Admin-Latency"


class Answer(StrEnum):
    """How Kong took part in an answer."""

    PROXIED = "proxied"
    """It passed on what the upstream answered, or found that it did not (502, 504)."""
    OWN = "own"
    """It answered itself: no route, a plugin's refusal, no upstream."""
    NOT_KONG = "not kong"


def answer(headers: Iterable[tuple[str, str]]) -> Answer:
    """What an answer's headers say; a gateway that hides its headers looks like none."""
    by_name = {name.lower(): value for name, value in headers}
    if RESPONSE_LATENCY.lower() in by_name or ADMIN_LATENCY.lower() in by_name:
        return Answer.OWN
    if (
        UPSTREAM_LATENCY.lower() in by_name
        or PROXY_LATENCY.lower() in by_name
        or _is_kong(by_name.get("via"))
    ):
        return Answer.PROXIED
    return Answer.OWN if _is_kong(by_name.get("server")) else Answer.NOT_KONG


def version(headers: Iterable[tuple[str, str]]) -> str | None:
    """The version that Via or Server tells: `3.4.2`; None where neither names Kong."""
    for name, value in headers:
        if name.lower() in ("via", "server") and _is_kong(value):
            return value.split("kong/", 1)[1].split()[0].rstrip(",")
    return None


def _is_kong(value: str | None) -> bool:
    return value is not None and "kong/" in value

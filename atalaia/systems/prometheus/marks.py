"""How Prometheus' answers, and pages of metrics of any server, are known."""

from __future__ import annotations

import re

from atalaia.exchange.response import Response

_START_PAGES = ("/graph", "/query")
_METRIC = re.compile(
    rb"(?m)^# (TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram|summary|untyped|unknown)|HELP )"
)


def is_prometheus(response: Response) -> bool:
    """Whether an answer is Prometheus' own page, or its redirect to it."""
    if 300 <= response.status < 400:
        location = (response.header("Location") or "").partition("?")[0]
        return location.endswith(_START_PAGES) and b"Found" in response.body
    title = re.search(rb"<title>([^<]*)</title>", response.body[:4000])
    return response.status == 200 and title is not None and b"Prometheus" in title[1]


def is_metrics_page(response: Response) -> bool:
    """Whether an answer is a page in Prometheus' text format or OpenMetrics."""
    if response.status != 200:
        return False
    kind = response.header("Content-Type") or ""
    if kind.startswith("application/openmetrics-text") or "version=0.0.4" in kind:
        return True
    return _METRIC.search(response.body[:8000]) is not None

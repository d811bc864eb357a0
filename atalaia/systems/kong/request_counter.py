"""Kong's own count of requests by service and route, from its page of metrics."""

from __future__ import annotations

import re

METRIC = "kong_http_requests_total"
SECONDS_UNTIL_COUNTED = 1.5
"""The workers hand their counts over every second."""
_LINE = re.compile(METRIC + r"\{(?P<labels>[^}]*)\}\s+(?P<value>[0-9.e+]+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def counted_by_kong(page: str, service: str, route: str) -> int | None:
    """The requests that Kong counted for this service and route; None where it has no such counter."""
    total, counts = 0.0, f"# TYPE {METRIC} " in page
    for line in _LINE.finditer(page):
        counts = True
        labels = dict(_LABEL.findall(line["labels"]))
        if (labels.get("service"), labels.get("route")) == (service, route):
            total += float(line["value"])
    return int(total) if counts else None

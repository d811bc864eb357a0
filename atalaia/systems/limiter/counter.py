"""A service's own counter of requests, read from its page of metrics."""

from __future__ import annotations

import re
from collections.abc import Collection

_LABEL = re.compile(r'\broute="((?:[^"\\]|\\.)*)"')
_SAMPLE = re.compile(r"^(?P<labels>\{.*\})?[ \t]+(?P<value>\S+)(?:[ \t]+-?\d+)?[ \t]*$")


def counted(page: str, metric: str, uncounted: Collection[str] = ()) -> int | None:
    """The sum of a counter over its series, those with an `uncounted` label `route` left out.

    None where the page, in Prometheus' text format, has no such counter. Raises nothing: what is no
    sample is no sample.
    """
    total, found = 0.0, False
    for line in page.splitlines():
        if not line.startswith(metric) or (sample := _SAMPLE.match(line[len(metric) :])) is None:
            continue
        try:
            value = float(sample["value"])
        except ValueError:
            continue
        found = True
        route = _LABEL.search(sample["labels"] or "")
        if (route is None or route[1] not in uncounted) and value == value and abs(value) < 1e15:
            total += value
    if not found and f"# TYPE {metric} " in page:
        return 0  # a counter without a series yet
    return int(total) if found else None

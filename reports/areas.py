"""The systems that a reader thinks in, and which checks belong to each."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.run.results import Result

_AREAS = {
    "addresses": ("dns", "tcp"),
    "certificates": ("tls",),
    "load balancer": ("load-balancer", "haproxy"),
    "gateway": ("gateway", "kong"),
    "routes": ("route", "cors", "headers", "limit", "authentication"),
    "services": ("service",),
    "stores": ("postgres", "redis"),
    "monitoring": ("monitoring", "prometheus", "alertmanager", "grafana", "pushgateway", "metrics"),
}
"""Title → what the ids of its checks begin with (up to the first dot), in the order of a request's way."""

_TITLES = {prefix: title for title, prefixes in _AREAS.items() for prefix in prefixes}


def area_of(check: str) -> str:
    """The title of a check's area; an area that is not listed is called as the ids of its checks."""
    prefix = check.split(".", 1)[0]
    return _TITLES.get(prefix, prefix.replace("-", " "))


def by_area(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by the title of their area: the listed ones in their order, then the others in theirs."""
    results = tuple(results)
    found: dict[str, list[Result]] = {title: [] for title in _AREAS}
    for result in results:
        found.setdefault(area_of(result.check), []).append(result)
    return {title: members for title, members in found.items() if members}

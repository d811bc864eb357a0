"""Whose page it is, by what the page says."""

from __future__ import annotations

from itertools import pairwise

from atalaia.systems.prometheus.exposition.model import Labels, Page
from atalaia.systems.prometheus.growth import start_of

_VENDORS = {
    "kong": ("kong_",),
    "haproxy": ("haproxy_",),
    "postgres": ("pg_", "postgres_exporter_"),
    "redis": ("redis_",),
    "node": ("node_",),
    "prometheus": ("prometheus_tsdb_", "prometheus_engine_"),
    "alertmanager": ("alertmanager_",),
    "pushgateway": ("pushgateway_",),
}
_DIGITS = 6
_RUNTIME = ("process_", "go_", "python_", "nodejs_", "jvm_", "dotnet_")
"""What a process tells of itself; several services may live in one."""


def vendor_of(page: Page) -> str | None:
    """The well-known exporter that most of a page's own metrics are of; None where it is none's."""
    names = [name for name in page.families if not name.startswith(_RUNTIME)]
    if any(name.startswith("pushgateway_") for name in names):
        return "pushgateway"  # most of its page is what others have pushed
    counts = {
        vendor: sum(name.startswith(prefixes) for name in names) for vendor, prefixes in _VENDORS.items()
    }
    vendor, most = max(counts.items(), key=lambda item: item[1])
    return vendor if most and (2 * most > len(names) or most >= 10) else None


def names_service(page: Page) -> str | None:
    """The one value that the label `service` has on a page; None where there are several, or none."""
    values = {sample.label("service") for sample in page.samples} - {None, ""}
    return values.pop() if len(values) == 1 else None


def started_earlier(pages: tuple[Page, ...]) -> bool:
    """Whether a later look found a process that is older than the one before: there are several."""
    starts = [start for page in pages if (start := start_of(page)) is not None]
    return any(later < earlier - 1 for earlier, later in pairwise(starts))


def counted_alike(page: Page, other: Page) -> bool:
    """Whether two pages are one server's: a sum of so many digits is not there twice by chance.

    That two processes were started in the same hundredth of a second is, where a stack starts as a
    whole; so process_start_time_seconds can only speak against it.
    """
    if start_of(page) != start_of(other):
        return False
    theirs = _sums(other)
    return any(theirs.get(key) == value for key, value in _sums(page).items())


def _sums(page: Page) -> dict[tuple[str, Labels], float]:
    """What was added up to a figure with many digits."""
    return {
        (sample.name, sample.labels): sample.value
        for family in page.families.values()
        if family.kind in {"counter", "histogram", "summary"} and not family.name.startswith(_RUNTIME)
        for sample in family.samples
        if sample.value % 1 and len(f"{sample.value:.12g}".replace(".", "").lstrip("0")) >= _DIGITS
    }

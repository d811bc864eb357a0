"""A service's metrics, in a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

disable_created_metrics()  # type: ignore[no-untyped-call]  # the services' own clients do not write *_created series

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
"""0.2 and 0.5 are thresholds of the SLO and the alerts."""


class Metrics:
    """What the monitoring documents of AtendeAI name, for one service."""

    def __init__(
        self, service: str, version: str, prefixes: tuple[str, ...], clinics: tuple[str, ...]
    ) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_System(service))
        labels = ["method", "route", "status", "service"]
        self._requests = Counter(
            "http_requests_total", "HTTP requests answered", labels, registry=self.registry
        )
        self._durations = Histogram(
            "http_request_duration_seconds", "Time to answer an HTTP request",
            labels, buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        in_flight = Gauge(
            "http_requests_in_flight", "HTTP requests being answered", ["service"], registry=self.registry
        )
        self.in_flight = in_flight.labels(service)
        build = Gauge("service_info", "The service's version", ["service", "version"], registry=self.registry)
        build.labels(service, version).set(1)
        self._service = service
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._business(prefixes, clinics)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        key = (method, route, status)
        children = self._children.get(key)
        if children is None:
            labels = (method, route, str(status), self._service)
            children = self._children[key] = (self._requests.labels(*labels), self._durations.labels(*labels))
        children[0].inc()
        children[1].observe(seconds)

    def created(self, resource: str, clinic: str, status: str) -> None:
        """Count what a clinic did: an appointment made, a conversation begun, a message sent."""
        if resource == "appointments" and self._appointments:
            self._appointments.labels(clinic, status).inc()
        elif resource == "conversations" and self._conversations:
            self._conversations.labels(clinic).inc()
        elif resource == "whatsapp" and self._messages:
            self._messages.labels(clinic).inc()

    def deleted(self, resource: str, clinic: str) -> None:
        """A conversation has ended."""
        if resource == "conversations" and self._conversations:
            self._conversations.labels(clinic).dec()

    def page(self) -> bytes:
        """The exposition, in Prometheus' text format."""
        return generate_latest(self.registry)

    def _business(self, prefixes: tuple[str, ...], clinics: tuple[str, ...]) -> None:
        resources = {prefix.rsplit("/", 1)[-1] for prefix in prefixes}
        registry = self.registry
        self._appointments = self._conversations = self._messages = None
        if "appointments" in resources:
            self._appointments = Counter(
                "appointments_total", "Appointments made", ["clinic_id", "status"], registry=registry
            )
            for clinic in clinics:
                self._appointments.labels(clinic, "confirmed").inc(0)
        if "conversations" in resources:
            self._conversations = Gauge(
                "conversations_active", "Conversations under way", ["clinic_id"], registry=registry
            )
            for clinic in clinics:
                self._conversations.labels(clinic).set(3)
        if "whatsapp" in resources:
            self._messages = Counter(
                "whatsapp_messages_sent_total", "WhatsApp messages sent", ["clinic_id"], registry=registry
            )
            for clinic in clinics:
                self._messages.labels(clinic).inc(0)


class _System:
    """The machine's processor and memory, read when they are asked for."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._before = _processor()

    def collect(self) -> Iterator[Metric]:
        """`system_cpu_usage_percent` since the last scrape and `system_memory_usage_bytes`."""
        before, self._before = self._before, _processor()
        total = self._before[1] - before[1]
        busy = 100 * (self._before[0] - before[0]) / total if total > 0 else 0.0
        processor = GaugeMetricFamily("system_cpu_usage_percent", "Processor in use", labels=["service"])
        processor.add_metric([self._service], busy)
        yield processor
        memory = GaugeMetricFamily("system_memory_usage_bytes", "Memory in use", labels=["service"])
        memory.add_metric([self._service], _memory())
        yield memory


def _processor() -> tuple[int, int]:
    """(busy, all) clock ticks of all processors since the machine started."""
    ticks = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _memory() -> float:
    lines = Path("/proc/meminfo").read_text().splitlines()
    sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return float((sizes["MemTotal"] - sizes["MemAvailable"]) * 1024)

"""Each hop of the way, from Prometheus' answers: how many requests it saw, how long it had them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from atalaia.environment import Environment
from atalaia.systems.document import Unreadable
from loadtests.server_side.asking import Answers
from loadtests.server_side.counting import grown, quantile, total
from loadtests.server_side.model import HOPS, HopName, HopSeen

_SLIDING = 2048
"""Requests; HAProxy's means are of the last 1024 (its management guide, "qtime")."""


def entry(environment: Environment, base: str) -> HopName:
    """The hop that the load is sent to, by its address."""
    front = environment.load_balancer
    if front and base in {url.origin for url in (front.url, front.tls_url) if url}:
        return "load balancer"
    nodes = environment.gateway.nodes if environment.gateway else ()
    return "gateway" if base in {node.proxy.origin for node in nodes} else "services"


def hops(answers: Answers, first: HopName) -> tuple[HopSeen, ...]:
    """The hops that the load passes, from the one that it is sent to on."""
    seen = {"load balancer": _load_balancer, "gateway": _gateway, "services": _services}
    return tuple(seen[name](answers) for name in HOPS[HOPS.index(first) :])


def _load_balancer(answers: Answers) -> HopSeen:
    found = grown(answers, "load balancer", "before", "proxy")
    if isinstance(found, str):
        return HopSeen(name="load balancer", absent=f"haproxy_frontend_http_requests_total: {found}")
    # The load comes through one frontend; the others are statistics and metrics.
    front = max(found, key=lambda proxy: found[proxy])
    return HopSeen(
        name="load balancer", of=f"frontend {front}", requests=found[front], mean=_front_mean(answers)
    )


def _front_mean(answers: Answers) -> float | None:
    parts = [backend_time(answers, part) for part in ("queue", "connect", "response")]
    return sum(part for part in parts if part is not None) if None not in parts else None


def backend_time(answers: Answers, part: str) -> float | None:
    """One of HAProxy's mean times, over its backends by the requests that each had; seconds.

    None after few requests: HAProxy's sliding means begin at 0 and take some thousand to be true.
    """
    weights = grown(answers, "backends", "began", "proxy")
    times = answers.over.get(f"backend {part}", Unreadable("not asked"))
    if isinstance(weights, str) or isinstance(times, Unreadable):
        return None
    weighed, seconds = 0.0, 0.0
    for labels, value in times.items():
        weight = weights.get(dict(labels).get("proxy", ""), 0.0)
        weighed, seconds = weighed + weight, seconds + weight * value
    return seconds / weighed if weighed >= _SLIDING else None


def _gateway(answers: Answers) -> HopSeen:
    requests = grown(answers, "gateway", "before")
    buckets = grown(answers, "gateway buckets", "began", "le")
    return HopSeen(
        name="gateway",
        requests=None if isinstance(requests, str) else sum(requests.values()),
        absent=f"kong_http_requests_total: {requests}" if isinstance(requests, str) else "",
        mean=_mean(answers, "gateway"),
        **_quantiles(buckets, 1000.0),
    )


def upstream_mean(answers: Answers) -> float | None:
    """How long Kong waited for services, on average; seconds."""
    return _mean(answers, "upstream")


def _services(answers: Answers) -> HopSeen:
    requests = grown(answers, "services", "before", "job")
    buckets = grown(answers, "services buckets", "began", "le")
    return HopSeen(
        name="services",
        requests=None if isinstance(requests, str) else sum(requests.values()),
        absent=f"the counters of requests: {requests}" if isinstance(requests, str) else "",
        mean=_mean(answers, "services"),
        **_quantiles(buckets, 1.0),
    )


def _mean(answers: Answers, of: str) -> float | None:
    """Seconds; None where nothing was counted."""
    seconds, count = total(answers, f"{of} sum", "began"), total(answers, f"{of} count", "began")
    return seconds / count if seconds is not None and count else None


def _quantiles(buckets: Mapping[str, float] | str, per_second: float) -> dict[str, float | None]:
    if isinstance(buckets, str):
        return {}
    shares = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    found = {name: quantile(buckets, share) for name, share in shares.items()}
    return {name: None if value is None else value / per_second for name, value in found.items()}

"""What well-known exporters do on purpose, or cannot change any more, and nobody who runs them can mend.

Each entry names where that is decided; a test holds that the sandbox' pages need all that they can show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atalaia.environment.metrics import PageKind
from atalaia.systems.prometheus.exposition.model import FlawKind
from atalaia.systems.prometheus.lint import Rule


@dataclass(frozen=True)
class Allowed:
    """Names of one kind of page for which a rule does not hold."""

    kind: PageKind
    rule: Rule | FlawKind
    names: re.Pattern[str]
    source: str


def _allowed(kind: PageKind, rule: Rule | FlawKind, names: str, source: str) -> Allowed:
    return Allowed(kind, rule, re.compile(f"(?:{names})\\Z"), source)


ALLOWED: tuple[Allowed, ...] = (
    _allowed(
        "kong",
        Rule.NOT_TOTAL,
        "kong_nginx_(connections|requests)_total",
        "Kong 3.4: kong/plugins/prometheus/exporter.lua, gauges",
    ),
    _allowed("kong", Rule.TOTAL, "kong_bandwidth_bytes", "Kong 3.4: kong/plugins/prometheus/exporter.lua"),
    _allowed(
        "kong",
        Rule.ABBREVIATION,
        "kong_(kong|request|upstream|session_duration)_(latency_)?ms",
        "Kong 3.4: kong/plugins/prometheus/exporter.lua, latencies in ms",
    ),
    _allowed(
        "haproxy",
        Rule.TOTAL,
        "haproxy_process_failed_resolutions",
        "HAProxy 2.8: addons/promex/service-prometheus.c, names of `show info`",
    ),
    _allowed(
        "haproxy",
        FlawKind.VALUE,
        "haproxy_(backend_downtime_seconds|server_(check_failures|check_up_down|downtime_seconds))_total",
        "HAProxy 2.8: addons/promex/README, NaN where there is no value: a backend without servers, a server "
        "without `check`",
    ),
    _allowed(
        "postgres",
        Rule.TOTAL,
        "pg_stat_.*",
        "postgres_exporter 0.11: queries.go, columns of PostgreSQL's views",
    ),
    _allowed(
        "postgres",
        Rule.RESERVED,
        "pg_(stat_.*|locks|settings_.*)_count",
        "postgres_exporter 0.11: queries.go, pg_setting.go",
    ),
    _allowed(
        "postgres",
        FlawKind.VALUE,
        "pg_stat_database_stats_reset",
        "postgres_exporter 0.11: queries.go, a time that is NULL is NaN",
    ),
    _allowed("redis", Rule.TOTAL, "redis_.*", "redis_exporter 1.45: exporter/metrics.go, fields of INFO"),
    _allowed(
        "redis",
        Rule.NOT_TOTAL,
        "redis_(expired_time_cap_reached|migrate_cached_sockets)_total",
        "redis_exporter 1.45: exporter/metrics.go",
    ),
    _allowed(
        "redis",
        Rule.UNIT,
        "redis_last_key_groups_scrape_duration_milliseconds",
        "redis_exporter 1.45: exporter/metrics.go",
    ),
    _allowed(
        "redis",
        Rule.ABBREVIATION,
        "redis_(aof|rdb)_(current|last)_(rewrite|bgsave)_duration_sec",
        "redis_exporter 1.45: exporter/metrics.go",
    ),
    _allowed(
        "redis",
        FlawKind.HISTOGRAM,
        "redis_latency_percentiles_usec",
        "redis_exporter 1.45: exporter/latency.go, quantiles in percent",
    ),
    _allowed(
        "node",
        Rule.CAMEL_CASE,
        "node_memory_.*",
        "node_exporter 1.5: collector/meminfo_linux.go, names of /proc/meminfo",
    ),
)


RATES: tuple[tuple[PageKind, re.Pattern[str], str], ...] = (
    (
        "haproxy",
        re.compile(r"haproxy_process_http_comp_bytes_(in|out)_total\Z"),
        "github.com/haproxy/haproxy/issues/2955: bytes over the last second, named and typed as a counter",
    ),
)
"""What is declared a counter and is none: kind of page, names, source."""


def falls_by_design(kind: PageKind, metric: str) -> bool:
    """Whether what is declared a counter is known to be something that falls."""
    return any(each == kind and names.match(metric) for each, names, _ in RATES)


def named_by_design(kind: PageKind, rule: Rule, metric: str) -> bool:
    """Whether a name is known to be against a rule."""
    return any(each.kind == kind and each.rule is rule and each.names.match(metric) for each in ALLOWED)


def odd_by_design(kind: PageKind, flaw: FlawKind, metric: str) -> bool:
    """Whether a metric's values are known to be odd."""
    return any(each.kind == kind and each.rule is flaw and each.names.match(metric) for each in ALLOWED)

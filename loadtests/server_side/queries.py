"""What Prometheus is asked for, by name. Names of metrics: deploy/metrics/exporters/.

`$jobs` selects the scrape jobs of the environment; `$window` is the length of the run, `$whole` that of all
since before the load. Counters are read as they are at two moments and subtracted: `increase()` extrapolates.
"""

from __future__ import annotations

from collections.abc import Mapping

_OF_USERS = 'route!="/metrics"'
"""Scrapes are nobody's load; health documents may be a part of it."""


def counters(of_services: tuple[str, ...]) -> Mapping[str, str]:
    """Those that are read at several moments. `of_services` are the services' counters of requests."""
    named = "|".join(of_services)
    return {
        "scraped": "count(up{$jobs})",
        "load balancer": "sum by (proxy) (haproxy_frontend_http_requests_total{$jobs})",
        "denied": "sum by (proxy) (haproxy_frontend_requests_denied_total{$jobs})",
        "backends": "sum by (proxy) (haproxy_backend_http_requests_total{$jobs})",
        "gateway": "sum(kong_http_requests_total{$jobs})",
        "gateway buckets": "sum by (le) (kong_request_latency_ms_bucket{$jobs})",
        "gateway sum": "sum(kong_request_latency_ms_sum{$jobs}) / 1000",
        "gateway count": "sum(kong_request_latency_ms_count{$jobs})",
        "upstream sum": "sum(kong_upstream_latency_ms_sum{$jobs}) / 1000",
        "upstream count": "sum(kong_upstream_latency_ms_count{$jobs})",
        "services": f'sum by (job) ({{__name__=~"{named}", {_OF_USERS}, $jobs}})',
        "services buckets": f"sum by (le) (http_request_duration_seconds_bucket{{{_OF_USERS}, $jobs}})",
        "services sum": f"sum by (job) (http_request_duration_seconds_sum{{{_OF_USERS}, $jobs}})",
        "services count": f"sum by (job) (http_request_duration_seconds_count{{{_OF_USERS}, $jobs}})",
    }


def resets(of_services: tuple[str, ...]) -> Mapping[str, str]:
    """How often a hop's counters began anew since before the load: a server was restarted."""
    named = "|".join(of_services)
    return {
        "load balancer": "sum(resets(haproxy_frontend_http_requests_total{$jobs}[$whole]))",
        "gateway": "sum(resets(kong_http_requests_total{$jobs}[$whole]))",
        "services": f'sum(resets({{__name__=~"{named}", $jobs}}[$whole]))',
    }


OVER: Mapping[str, str] = {
    # Means of the last 1024 requests, in whole milliseconds (HAProxy's management guide, "qtime").
    "backend queue": "avg_over_time(haproxy_backend_queue_time_average_seconds{$jobs}[$window])",
    "backend connect": "avg_over_time(haproxy_backend_connect_time_average_seconds{$jobs}[$window])",
    "backend response": "avg_over_time(haproxy_backend_response_time_average_seconds{$jobs}[$window])",
    "sessions": "max by (instance) (max_over_time(haproxy_frontend_current_sessions{$jobs}[$window]))",
    "sessions limit": "max by (instance) (haproxy_frontend_limit_sessions{$jobs})",
    "queued": "max by (instance) (max_over_time(haproxy_backend_current_queue{$jobs}[$window]))",
    "gateway connections": 'sum by (instance) (max_over_time('
    'kong_nginx_connections_total{state="active", $jobs}[$window]))',
    "in flight": "max by (job) (max_over_time(http_requests_in_flight{$jobs}[$window]))",
    "service processor": "sum by (job) (rate(process_cpu_seconds_total{$jobs}[$window]))"
    " and on (job) count by (job) (http_requests_in_flight{$jobs})",
    "connections": "sum by (instance) (max_over_time(pg_stat_activity_count{$jobs}[$window]))",
    "connections limit": "max by (instance) (pg_settings_max_connections{$jobs})",
    "commits": "sum by (instance) (rate(pg_stat_database_xact_commit{$jobs}[$window]))",
    "clients": "max by (instance) (max_over_time(redis_connected_clients{$jobs}[$window]))",
    "clients limit": "max by (instance) (redis_config_maxclients{$jobs})",
    "commands": "sum by (instance) (rate(redis_commands_processed_total{$jobs}[$window]))",
    "processor": '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle", $jobs}[$window])))',
    "memory": "100 * (1 - min by (instance) (min_over_time(node_memory_MemAvailable_bytes{$jobs}[$window]))"
    " / max by (instance) (node_memory_MemTotal_bytes{$jobs}))",
}  # fmt: skip
"""Figures over the window, asked for at its end."""

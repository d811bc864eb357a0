"""The detection matrix: dashboards."""

_OVERVIEW = "AtendeAI Overview"

MATRIX: dict[str, set[str]] = {
    "grafana-refuses": {"dashboards.refused@grafana"},
    "datasource-renamed": {"dashboards.datasource-missing@Prometheus"},
    "datasource-url-wrong": {"dashboards.datasource-broken@Prometheus"},
    "dashboard-missing": {"dashboards.missing@Business Metrics"},
    "dashboard-not-provisioned": {f"dashboards.not-provisioned@{_OVERVIEW}"},
    "dashboard-left-from-export": {f"dashboards.left-from-export@{_OVERVIEW}"},
    "panel-of-another-grafana": {f"dashboards.unknown-datasource@{_OVERVIEW}"},
    "panel-without-unit": {f"dashboards.unit-missing@{_OVERVIEW}"},
    "panel-with-broken-query": {f"dashboards.unreadable-query@{_OVERVIEW}"},
    "panel-with-dead-query": {f"dashboards.unknown-metric@{_OVERVIEW}"},
    "panel-with-unknown-label": {f"dashboards.unknown-label@{_OVERVIEW}"},
}
"""Fault → exactly the check@target that must fail."""

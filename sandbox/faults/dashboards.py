"""Faults of Grafana."""

from __future__ import annotations

from sandbox.faults.grafana_means import grafana
from sandbox.faults.means import standin

_SOURCE = "provisioning/datasources/prometheus.yaml"
_OVERVIEW = "dashboards/atendeai/overview.json"
_UP = r"min by \(job\) \(up\{tier=~"

FAULTS = (
    standin(
        "grafana-refuses", "standins", "grafana", "credentials-refused", "Grafana's password was changed"
    ),
    grafana(
        "datasource-renamed",
        "Grafana's data source has another name than everybody knows it by",
        _SOURCE,
        ("name: Prometheus$", "name: Metrics"),
    ),
    grafana(
        "datasource-url-wrong",
        "Grafana's data source leads to a port where no Prometheus listens",
        _SOURCE,
        (r"url: http://127\.0\.0\.1:\d+", "url: http://127.0.0.1:9"),
    ),
    grafana(
        "dashboard-missing",
        "the file of a dashboard is not on Grafana's server",
        "dashboards/atendeai/business-metrics.json",
    ),
    standin(
        "dashboard-not-provisioned",
        "standins",
        "grafana",
        "imported-by-hand",
        "somebody has imported a dashboard by hand",
        title="AtendeAI Overview",
    ),
    grafana(
        "dashboard-left-from-export",
        "a panel asks the data source ${DS_PROMETHEUS}, left from an export",
        _OVERVIEW,
        (r'(?s)\A(.*?"panels".*?)"uid": "prometheus"', r'\1"uid": "${DS_PROMETHEUS}"'),
    ),
    grafana(
        "panel-of-another-grafana",
        "panels ask a data source by a uid that only another Grafana has",
        _OVERVIEW,
        (r'"uid": "prometheus"', '"uid": "PBFA97CFB590B2093"'),
    ),
    grafana(
        "panel-without-unit",
        "a panel does not say what its numbers are",
        _OVERVIEW,
        ('"unit": "reqps",?', ""),
    ),
    grafana(
        "panel-with-broken-query",
        "a panel's query lacks a bracket",
        _OVERVIEW,
        (_UP, "min by (job (up{tier=~"),
    ),
    grafana(
        "panel-with-dead-query",
        "a panel asks for a metric that nobody exports",
        _OVERVIEW,
        (_UP, "min by (job) (node_up{tier=~"),
    ),
    grafana(
        "panel-with-unknown-label",
        "a panel selects by a label that its metric has not",
        _OVERVIEW,
        (_UP, "min by (job) (up{layer=~"),
    ),
)

"""Faults of the monitoring systems."""

from sandbox.faults.means import standin, stopped

FAULTS = (
    stopped("prometheus-stopped", "prometheus", "Prometheus does not run"),
    stopped("alertmanager-stopped", "alertmanager", "the Alertmanager does not run"),
    stopped("pushgateway-stopped", "pushgateway", "the Pushgateway does not run"),
    standin("grafana-stopped", "standins", "grafana", "stopped", "Grafana does not run"),
    standin(
        "grafana-database-failing", "standins", "grafana", "database-failing", "Grafana has lost its database"
    ),
)

"""Grafana's data sources work, and its dashboards show what exists."""

"""Prometheus: how its answers, and pages of metrics, are known."""

from atalaia.systems.prometheus.marks import is_metrics_page, is_prometheus

__all__ = ["is_metrics_page", "is_prometheus"]

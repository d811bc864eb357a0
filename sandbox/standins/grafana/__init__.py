"""Grafana's stand-in, after Grafana's documented HTTP API."""

"""Grafana: what a dashboard is made of."""

from atalaia.systems.grafana.dashboard import Dashboard, Panel, Query, Variable, read
from atalaia.systems.grafana.variables import interpolate, left_over, values

__all__ = ["Dashboard", "Panel", "Query", "Variable", "interpolate", "left_over", "read", "values"]

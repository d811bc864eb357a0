"""Faults of Grafana: its data sources, its dashboards."""

from sandbox.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

"""Faults of Prometheus' scraping."""

from sandbox.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

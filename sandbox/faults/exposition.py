"""Faults of pages of metrics."""

from sandbox.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

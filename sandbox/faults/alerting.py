"""Faults of rules, and of the Alertmanager."""

from sandbox.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

"""Faults of the way of an alert."""

from sandbox.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()

"""What outlives a run of probes: counters that never decrease, and every result of 35 days."""

from probes.state.file import StateUnusable
from probes.state.store import State, state_file

__all__ = ["State", "StateUnusable", "state_file"]

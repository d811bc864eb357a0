"""What outlives a run of probes: counters that never decrease, and every result of 35 days."""

from probes.state.store import Kept, State, StateUnusable, state_file

__all__ = ["Kept", "State", "StateUnusable", "state_file"]

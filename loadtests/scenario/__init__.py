"""What is to be sent, from a scenario's YAML and an environment: nothing is sent here but a login.

model ← loader (every fault with its line) → planning: safety, target, drafts of what arrivals do, stages,
limiters and identities, tokens → LoadPlan. Thresholds are decided here too, and judged elsewhere.
"""

from __future__ import annotations

from loadtests.scenario.find import find, scenarios
from loadtests.scenario.loader import load
from loadtests.scenario.model import Breakpoint, Scenario
from loadtests.scenario.planning import plan, thresholds

__all__ = ["Breakpoint", "Scenario", "find", "load", "plan", "scenarios", "thresholds"]

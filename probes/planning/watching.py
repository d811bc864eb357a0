"""What is watched of an environment."""

from __future__ import annotations

from atalaia.environment import Environment
from atalaia.run.network import network_of
from probes.planning.drawing import interval_of, plan
from probes.watch import Watch


def watch_of(environment: Environment) -> Watch:
    """All that a run needs to know of it. Raises UsageErrors (see `drawn`)."""
    return Watch(
        environment=environment.name,
        location=environment.probes.location or "",
        interval=interval_of(environment),
        planned=plan(environment),
        network=network_of(environment, None, ""),
        pushgateway=environment.probes.pushgateway,
        secrets=environment.secrets(),
    )

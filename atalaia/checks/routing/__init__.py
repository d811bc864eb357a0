"""What the gateway routes where, and what it is configured to."""

from __future__ import annotations

from atalaia.checks.check import Check
from atalaia.checks.routing import (
    cached,
    choosing,
    client,
    correlation,
    declaration,
    entries,
    methods,
    normalisation,
    reached,
    rewriting,
    seen,
    targets,
    twins,
    undeclared,
    unknown,
    upstreams,
)

CHECKS: tuple[Check, ...] = (
    declaration.CHECKS
    + entries.CHECKS
    + rewriting.CHECKS
    + reached.CHECKS
    + unknown.CHECKS
    + choosing.CHECKS
    + twins.CHECKS
    + undeclared.CHECKS
    + cached.CHECKS
    + methods.CHECKS
    + normalisation.CHECKS
    + seen.CHECKS
    + client.CHECKS
    + correlation.CHECKS
    + upstreams.CHECKS
    + targets.CHECKS
)

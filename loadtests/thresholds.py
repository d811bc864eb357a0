"""What a load test must hold: decided from the scenario and the environment's SLO, judged by verdict/."""

from __future__ import annotations

from pydantic import Field

from loadtests.plan import Part


class Limits(Part):
    """Limits of one series of requests, or of all; None: not judged."""

    throughput: float | None = None
    """Good requests a second, at least, in every window of measured.WINDOW seconds."""
    p50: float | None = None
    """Seconds, from the intended start; half of the requests take no longer …"""
    p95: float | None = None
    """… 95 of 100 …"""
    p99: float | None = None
    """… 99 of 100."""
    error_rate: float | None = None
    """Part of the requests, 0..1, that fails at most; by its confidence interval."""
    failures: int | None = None
    """Requests that fail at most, counted: for so few that a rate would say nothing."""


class Thresholds(Limits):
    """Limits of a whole load test."""

    routes: dict[str, Limits] = Field(default_factory=dict)
    """Further limits of single series, by name of request."""

"""Faults of services."""

from sandbox.faults.means import standin

_AUTH = ("standins", "auth-service")

FAULTS = (
    standin("service-stopped", *_AUTH, "stopped", "the auth service does not run"),
    standin("service-hangs", *_AUTH, "hang", "the auth service takes requests and never answers"),
    standin("service-health-500", *_AUTH, "health-500", "the auth service's health document comes with 500"),
    standin(
        "service-health-down", *_AUTH, "health-down", 'the auth service answers 200 with "status":"DOWN"'
    ),
    standin("service-slow", *_AUTH, "slow", "the auth service takes 400 ms, twice its limit", seconds=0.4),
)

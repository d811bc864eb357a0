"""Every metric that a load test writes, by its name; nothing else is exposed. Also in deploy/metrics/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

JOB, LIVE_JOB = "atalaia-load", "atalaia-load-live"
"""The jobs in the Pushgateway: of what stays until the next run, and of what goes with its run."""
OF_ALL = ("environment", "scenario")
"""Labels of every series, and with the job the grouping key."""


@dataclass(frozen=True)
class Metric:
    """One metric."""

    name: str
    type: Literal["gauge", "counter"]
    help: str
    labels: tuple[str, ...] = ()
    """Beside OF_ALL."""


VERDICT = Metric(
    "atalaia_load_verdict", "gauge", "1 for what the last run said (pass, fail, invalid), 0 for the others.",
    ("verdict",),
)  # fmt: skip
ENDED = Metric("atalaia_load_last_run_timestamp_seconds", "gauge", "When the last run ended; Unix time.")
LASTED = Metric("atalaia_load_duration_seconds", "gauge", "How long its measured stages lasted.")
OFFERED = Metric("atalaia_load_offered_rate", "gauge", "Requests a second that were intended.")
GOOD = Metric("atalaia_load_good_rate", "gauge", "Requests a second that were answered as expected.")
REQUESTS = Metric(
    "atalaia_load_requests", "gauge", "Requests of the last run: intended, sent, dropped, good, timed_out.",
    ("state",),
)  # fmt: skip
ERRORS = Metric(
    "atalaia_load_error_ratio", "gauge", "Part of the intended requests that got no good answer.",
    ("route",),
)  # fmt: skip
LATENCY = Metric(
    "atalaia_load_latency_seconds", "gauge",
    "Percentiles: kind corrected (from the intended start; failures are +Inf), service (from the sending, of"
    " good answers), lag (the generator's own delay).",
    ("route", "kind", "quantile"),
)  # fmt: skip
HELD = Metric(
    "atalaia_load_threshold_held", "gauge", "1 where a threshold held, 0 where it did not.", ("what", "route")
)
FINAL = (VERDICT, ENDED, LASTED, OFFERED, GOOD, REQUESTS, ERRORS, LATENCY, HELD)

RATE = Metric("atalaia_load_live_rate", "gauge", "Requests a second that are intended now.")
SENT_RATE = Metric("atalaia_load_live_sent_rate", "gauge", "Requests a second that were sent last.")
IN_FLIGHT = Metric("atalaia_load_live_in_flight", "gauge", "Requests that are not answered yet.")
P95 = Metric(
    "atalaia_load_live_p95_seconds", "gauge", "Corrected, of the last ten seconds; failures are +Inf."
)
LAG = Metric(
    "atalaia_load_live_lag_p99_seconds", "gauge", "The generator's own delay, of the last ten seconds."
)
WORKERS = Metric("atalaia_load_live_workers", "gauge", "Workers that report.")
LEFT = Metric("atalaia_load_live_remaining_seconds", "gauge", "Seconds until the last stage ends.")
COUNTED = Metric(
    "atalaia_load_live_requests_total", "counter",
    "Requests of this run so far: intended, sent, good, failed, dropped.",
    ("state",),
)  # fmt: skip
LIVE = (RATE, SENT_RATE, IN_FLIGHT, P95, LAG, WORKERS, LEFT, COUNTED)
METRICS = (*FINAL, *LIVE)

"""A locustfile: FastHttpUsers as Locust's documentation has them, and what they took, for load_*.py.

Counted is a stretch of time after a warm-up; when it is over, Locust ends.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant_throughput, events, task
from locust.env import Environment

_WARM_UP, _SECONDS = float(os.environ["BENCHMARK_WARM_UP"]), float(os.environ["BENCHMARK_SECONDS"])
_RATE = os.environ["BENCHMARK_RATE"]


class Asking(FastHttpUser):
    """One request after the other."""

    if _RATE:
        wait_time = constant_throughput(float(_RATE))

    @task
    def ask(self) -> None:
        self.client.get("/")


def _count(environment: Environment) -> None:
    gevent.sleep(_WARM_UP)
    total = environment.stats.total
    requests, moment, used = total.num_requests, time.monotonic(), time.process_time()
    gevent.sleep(_SECONDS)
    found = {
        "requests": total.num_requests - requests,
        "seconds": time.monotonic() - moment,
        "processor": time.process_time() - used,
        "p95": total.get_response_time_percentile(0.95),
        "failures": total.num_failures,
    }
    Path(os.environ["BENCHMARK_TOLD"]).write_text(json.dumps(found))
    assert environment.runner is not None
    environment.runner.quit()


def _begin(environment: Environment, **_: Any) -> None:
    """Count, beside the users."""
    gevent.spawn(_count, environment)


_listen: Any = events.test_start.add_listener
_listen(_begin)

"""Locust's own statistics: service times of all requests, warm-ups too, handed over once a second.

`RequestStats.log_request` for each request would cost more than all that this generator counts itself.
"""

from __future__ import annotations

import time
from typing import Any

from locust import stats as locust_stats
from locust.stats import RequestStats, StatsEntry, StatsError


class _Batch:
    __slots__ = ("errors", "least", "length", "most", "times", "total")

    def __init__(self) -> None:
        self.times: dict[int, int] = {}
        self.errors: dict[str, int] = {}
        self.length = 0
        self.total = 0.0
        self.least = float("inf")
        self.most = 0.0


class Native:
    """What Locust's statistics are still to be told."""

    def __init__(self) -> None:
        self._batches: dict[tuple[str, str], _Batch] = {}

    def note(self, name: str, method: str, service: float, length: int, why: str | None) -> None:
        """A request has ended; its service time in seconds, its body's length, why it was not good."""
        batch = self._batches.get((name, method))
        if batch is None:
            batch = self._batches[name, method] = _Batch()
        took = service * 1000
        batch.total += took
        batch.length += length
        if took < batch.least:
            batch.least = took
        if took > batch.most:
            batch.most = took
        rounded = int(took + 0.5)
        batch.times[rounded] = batch.times.get(rounded, 0) + 1
        if why is not None:
            batch.errors[why] = batch.errors.get(why, 0) + 1

    def hand_over(self, stats: RequestStats) -> None:
        """Add it to Locust's statistics, as its own `log_request` and `log_error` would have."""
        batches, self._batches = self._batches, {}
        now = time.time()
        for (name, method), batch in batches.items():
            failed = sum(batch.errors.values())
            for entry in (stats.total, stats.entries[name, method]):
                _add(entry, batch, failed, now)
            for why, count in batch.errors.items():
                key = StatsError.create_key(method, name, why)
                error = stats.errors.get(key)
                if error is None:
                    error = stats.errors[key] = StatsError(method, name, why)
                error.occurred()
                error.occurrences += count - 1


def _add(entry: StatsEntry, batch: _Batch, failed: int, now: float) -> None:
    count, second = sum(batch.times.values()), int(now)
    last = entry.last_request_timestamp
    if entry.use_response_times_cache and last and second > int(last):
        entry._cache_response_times(second - 1)
    entry.num_requests += count
    entry.num_reqs_per_sec[second] += count
    entry.last_request_timestamp = now
    totals: Any = entry  # declared whole milliseconds, and given fractions by Locust itself
    totals.total_response_time += batch.total
    totals.max_response_time = max(entry.max_response_time, batch.most)
    least = entry.min_response_time
    totals.min_response_time = batch.least if least is None else min(least, batch.least)
    entry.total_content_length += batch.length
    for took, times in batch.times.items():
        entry.response_times[locust_stats.bucket_response_time(took)] += times
    if failed:
        entry.num_failures += failed
        entry.num_fail_per_sec[second] += failed

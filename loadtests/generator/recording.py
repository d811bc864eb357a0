"""What came of the requests, counted by one worker; merges exactly, and crosses as plain lists. Pure."""

from __future__ import annotations

from typing import Any

from loadtests.histogram import Histogram

REASONS = 20
"""Different failures that a series tells; what is beyond is `other`."""
Key = tuple[int, str]
"""(index of the stage, name of the request)."""


class Tally:
    """The requests of one name in one stage."""

    __slots__ = ("corrected", "failures", "good", "intended", "sent", "service", "timed_out")

    def __init__(self) -> None:
        self.intended = 0
        self.sent = 0
        self.good = 0
        self.timed_out = 0
        self.failures: dict[str, int] = {}
        self.corrected = Histogram()
        self.service = Histogram()

    def failed(self, why: str, count: int = 1) -> None:
        """One or more were not good."""
        failures = self.failures
        if why not in failures and len(failures) >= REASONS:
            why = "other"
        failures[why] = failures.get(why, 0) + count

    def merge(self, other: Tally) -> None:
        """Add what another has counted."""
        self.intended += other.intended
        self.sent += other.sent
        self.good += other.good
        self.timed_out += other.timed_out
        for why, count in other.failures.items():
            self.failed(why, count)
        self.corrected.merge(other.corrected)
        self.service.merge(other.service)


class Recorder:
    """A worker's requests, or those since its last report. Every method counts one request."""

    def __init__(self) -> None:
        self.tallies: dict[Key, Tally] = {}
        self.seconds: dict[int, list[int]] = {}
        """[intended, sent, good, failed] by whole second of the intended start."""
        self.lag = Histogram()
        self.intended = 0
        self.sent = 0
        self.dropped = 0
        self.unsent = 0
        self.good = 0
        self.done = 0
        self.timed_out = 0
        self.resent = 0

    def _tally(self, key: Key) -> Tally:
        found = self.tallies.get(key)
        if found is None:
            found = self.tallies[key] = Tally()
        return found

    def _second(self, second: int) -> list[int]:
        found = self.seconds.get(second)
        if found is None:
            found = self.seconds[second] = [0, 0, 0, 0]
        return found

    def began(self, key: Key, second: int) -> None:
        """It was intended, and sent."""
        self.intended += 1
        self.sent += 1
        tally = self._tally(key)
        tally.intended += 1
        tally.sent += 1
        counts = self._second(second)
        counts[0] += 1
        counts[1] += 1

    def left(self, key: Key, second: int, *, crowded: bool) -> None:
        """It was intended, and could not be sent: crowded out by unanswered ones, or for our own reasons."""
        self.intended += 1
        self.dropped += 1
        self.unsent += not crowded
        tally = self._tally(key)
        tally.intended += 1
        tally.corrected.record_never()
        self._second(second)[0] += 1

    def went_well(self, key: Key, second: int, corrected: float, service: float) -> None:
        """It was answered as expected; times in seconds."""
        self.done += 1
        self.good += 1
        tally = self._tally(key)
        tally.good += 1
        tally.corrected.record(corrected)
        tally.service.record(service)
        self._second(second)[2] += 1

    def failed(self, key: Key, second: int, why: str) -> None:
        """It was answered otherwise, or its connection broke."""
        self.done += 1
        tally = self._tally(key)
        tally.failed(why)
        tally.corrected.record_never()
        self._second(second)[3] += 1

    def ran_out(self, key: Key, second: int, why: str = "timeout") -> None:
        """It had no whole answer in time."""
        self.timed_out += 1
        tally = self._tally(key)
        tally.timed_out += 1
        tally.failed(why)
        tally.corrected.record_never()
        self._second(second)[3] += 1

    def merge(self, other: Recorder) -> None:
        """Add what another has counted."""
        for key, tally in other.tallies.items():
            self._tally(key).merge(tally)
        for second, counts in other.seconds.items():
            mine = self._second(second)
            for index, count in enumerate(counts):
                mine[index] += count
        self.lag.merge(other.lag)
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def encode(self) -> dict[str, Any]:
        """As lists and numbers, for a message."""
        return {
            "counts": [getattr(self, name) for name in _COUNTS],
            "lag": self.lag.encode(),
            "seconds": [[second, *counts] for second, counts in self.seconds.items()],
            "tallies": [
                [
                    *key,
                    tally.intended,
                    tally.sent,
                    tally.good,
                    tally.timed_out,
                    tally.failures,
                    tally.corrected.encode(),
                    tally.service.encode(),
                ]
                for key, tally in self.tallies.items()
            ],
        }

    @classmethod
    def decode(cls, data: dict[str, Any]) -> Recorder:
        """The inverse of `encode`."""
        recorder = cls()
        for name, count in zip(_COUNTS, data["counts"], strict=True):
            setattr(recorder, name, count)
        recorder.lag = _histogram(data["lag"])
        recorder.seconds = {second: counts for second, *counts in data["seconds"]}
        for stage, name, intended, sent, good, timed_out, failures, corrected, service in data["tallies"]:
            tally = recorder._tally((stage, name))
            tally.intended, tally.sent, tally.good, tally.timed_out = intended, sent, good, timed_out
            tally.failures = dict(failures)
            tally.corrected, tally.service = _histogram(corrected), _histogram(service)
        return recorder


_COUNTS = ("intended", "sent", "dropped", "unsent", "good", "done", "timed_out", "resent")


def _histogram(pairs: list[list[int]]) -> Histogram:
    """As `Histogram.decode`, of what one of us has encoded: many a second, while others are sent."""
    return Histogram(dict(pairs))  # type: ignore[arg-type]  # lists of two

"""rate-limiting: what a configuration allows, by which key it counts, and which headers it sends.

After kong/plugins/rate-limiting/{handler,policies}.lua; held against 56 recorded exchanges. With `local`
a request is counted after the decision, and only where it was let through: each node has its own
budget, and a burst overshoots. With `redis` (sync_rate -1) each counter is incremented before the
decision: rejected requests are counted, in every window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.counters import Counters
from atalaia.systems.kong.plugins.turn import Answer, Counting, CountingStep, Increment, RedisStore, Turn
from atalaia.systems.kong.plugins.windows import LENGTHS, Window, reset, start, windows

NOWHERE = "00000000-0000-0000-0000-000000000000"
"""Stands in a counter's key for the route or service that a plugin is not bound to."""

_LIMIT = {period: f"X-RateLimit-Limit-{period.capitalize()}" for period in LENGTHS}
_REMAINING = {period: f"X-RateLimit-Remaining-{period.capitalize()}" for period in LENGTHS}
_LOWER = {
    name: name.lower()
    for name in (
        "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", *_LIMIT.values(), *_REMAINING.values()
    )
}  # fmt: skip

LimitHeaders = tuple[tuple[str, str], ...]


class Decision(NamedTuple):
    """What the limiter decides about one request, and what it tells the client."""

    allowed: bool
    remaining: tuple[tuple[Window, int], ...]
    """As told: after this request where it is allowed, or where the window is the one that stops it."""
    binding: Window
    """The window of RateLimit-*: least remaining, the longer one of equals."""
    reset: int
    """Seconds until `binding` starts again."""

    def headers(self) -> LimitHeaders:
        """X-RateLimit-*, RateLimit-* and, on a rejection, Retry-After.

        With hide_client_headers none of them is sent, Retry-After neither.
        """
        told = [("RateLimit-Limit", str(self.binding.limit))]
        for window, remaining in self.remaining:
            text = str(remaining)
            told += ((_LIMIT[window.period], str(window.limit)), (_REMAINING[window.period], text))
            if window is self.binding:
                told.append(("RateLimit-Remaining", text))
        seconds = str(self.reset)
        told.append(("RateLimit-Reset", seconds))
        if not self.allowed:
            told.append(("Retry-After", seconds))
        return tuple(told)


def decide(limits: Sequence[Window], used: Sequence[int], now: float) -> Decision:
    """Whether a request is let through after `used` others in each window; limits must not be empty."""
    left = [window.limit - count for window, count in zip(limits, used, strict=True)]
    allowed = min(left) > 0
    told: list[tuple[Window, int]] = []
    binding, least = limits[0], left[0]
    stop = None if allowed else max(position for position, remaining in enumerate(left) if remaining <= 0)
    for position, window in enumerate(limits):
        remaining = left[position]
        if allowed or position == stop:
            remaining -= 1
        if remaining < 0:
            remaining = 0
        if remaining <= least or not told:  # the windows come shortest first
            binding, least = window, remaining
        told.append((window, remaining))
    return Decision(allowed, tuple(told), binding, reset(binding.period, now))


class Limiter:
    """A configuration of the plugin, ready to answer."""

    def __init__(self, plugin: Plugin) -> None:
        config = plugin.config
        self.windows = windows(config)
        self.limit_by: str = config.get("limit_by") or "consumer"
        self.header_name: str = (config.get("header_name") or "").lower()
        self.path: str | None = config.get("path")
        self.policy: str = config.get("policy") or "local"
        self.fault_tolerant: bool = config.get("fault_tolerant") is not False
        """Redis down: unlimited, and no headers; False: 500."""
        self.hidden = bool(config.get("hide_client_headers"))
        self.error_code = int(config.get("error_code") or 429)
        self.error_message: str = config.get("error_message") or "API rate limit exceeded"
        self.sync_rate = float(config.get("sync_rate") or -1)
        self.scope = f"ratelimit:{plugin.route or NOWHERE}:{plugin.service or NOWHERE}"
        """A plugin of a service counts all its routes together; a global one everything."""

    @property
    def counts_before(self) -> bool:
        """Whether counters are incremented before the decision, rejected requests included."""
        return self.policy == "redis" and self.sync_rate == -1

    def increments(self, identifier: str, now: float) -> tuple[Increment, ...]:
        """The counters of a request, window by window."""
        prefix = f"{self.scope}:{identifier}:"
        return tuple([
            Increment(f"{prefix}{start(window.period, now)}000:{window.period}", window.length)
            for window in self.windows
        ])  # fmt: skip

    def identifier(
        self,
        *,
        client: str,
        consumer: str | None = None,
        credential: str | None = None,
        service: str | None = None,
        header: str | None = None,
        path: str | None = None,
    ) -> str:
        """Whose budget a request spends; every kind falls back to the client's address.

        `consumer`, `credential` and `service` are ids, `header` the value of `header_name`.
        """
        found: str | None = None
        match self.limit_by:
            case "consumer":
                found = consumer or credential
            case "credential":
                found = credential
            case "service":
                found = service
            case "header":
                found = header
            case "path":
                found = path if path == self.path else None
        return client if found is None else found


class RateLimiting(CountingStep):
    """The plugin in the pipeline."""

    name = "rate-limiting"

    def __init__(self, plugin: Plugin, counters: Counters) -> None:
        self.limiter = Limiter(plugin)
        self._counters = counters
        self._store = redis_store(plugin.config)

    def access(self, turn: Turn) -> Answer | Counting | None:
        """Count, or ask to be counted for."""
        limiter = self.limiter
        identifier = self._identifier(turn)
        now = turn.now
        increments = limiter.increments(identifier, now)
        if limiter.counts_before:
            return Counting(self._store, increments)
        count = self._counters.count
        decision = decide(limiter.windows, [count(it.key, now) for it in increments], now)
        if decision.allowed:
            turn.deferred += increments
        return self._tell(turn, decision)

    def counted(self, turn: Turn, counts: Sequence[int] | None) -> Answer | None:
        """Decide by what Redis has counted, this request included."""
        if counts is None:
            return None if self.limiter.fault_tolerant else answers.failed()
        used = [count - 1 for count in counts]
        return self._tell(turn, decide(self.limiter.windows, used, turn.now))

    def _tell(self, turn: Turn, decision: Decision) -> Answer | None:
        limiter = self.limiter
        headers = () if limiter.hidden else decision.headers()
        if not decision.allowed:
            return answers.error(turn, limiter.error_code, limiter.error_message, *headers)
        early = turn.early
        for line in headers:
            early[_LOWER[line[0]]] = [line]
        return None

    def _identifier(self, turn: Turn) -> str:
        limiter, match = self.limiter, turn.match
        if limiter.limit_by == "ip":
            return turn.client
        return limiter.identifier(
            client=turn.client,
            consumer=turn.consumer.id if turn.consumer else None,
            credential=turn.credential.id if turn.credential else None,
            service=match.service.id if match and match.service else None,
            header=turn.header(limiter.header_name) if limiter.limit_by == "header" else None,
            path=match.path if match else None,
        )


def redis_store(config: Mapping[str, Any]) -> RedisStore:
    """The Redis that a configuration names."""
    return RedisStore(
        host=config.get("redis_host") or "", port=int(config.get("redis_port") or 6379),
        database=int(config.get("redis_database") or 0), timeout=int(config.get("redis_timeout") or 2000),
        ssl=bool(config.get("redis_ssl")), username=config.get("redis_username"),
        password=config.get("redis_password"),
    )  # fmt: skip

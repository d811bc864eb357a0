"""Asking Prometheus about a window of time: the only effect of this room."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Literal
from urllib.parse import quote

from atalaia.checks.metrics.asking import from_prometheus
from atalaia.environment import Environment
from atalaia.errors import NotMeasured
from atalaia.exchange.client import Client
from atalaia.exchange.network import Network
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import Vector, read_vector
from atalaia.systems.prometheus.targets import PATH, read_targets
from loadtests.server_side import queries

_LATE = 15.0
"""Seconds that a scrape may be late: the machine has just carried a load, and its Prometheus may share it."""
_WRITTEN = 1.5
"""Seconds after an answer until it is counted: Kong's workers bring their counts together once a second."""
_UNSURE = 0.25
"""Seconds that two clocks may be apart without being known to: before the load nothing is sent anyway."""
_LONGEST = 90.0
"""Seconds that the last scrape is waited for, whatever the interval."""
_UNKNOWN_INTERVAL = 15.0
"""Seconds, where Prometheus tells no interval (before 2.31): its own example's."""
_AT_ONCE = 8
"""Queries side by side; Prometheus itself takes 20."""

Moment = Literal["before", "began", "after"]
"""The last scrapes before the load, before its first measured arrival, and the first ones after its end."""


@dataclass(frozen=True)
class Window:
    """A run, by this machine's clock; Unix time."""

    loaded: float
    """When the load began, warm-ups included."""
    began: float
    ended: float
    """First measured arrival, and the end of the last measured stage."""
    answered: float
    """When the last answer was there."""


@dataclass
class Answers:
    """What Prometheus answered, by the names of `queries`; an Unreadable where it could not."""

    interval: float | None
    skew: float
    scraped: bool
    """Whether everything was scraped after the last answer, so that nothing is missing."""
    counters: Mapping[Moment, Mapping[str, Vector | Unreadable]] = field(default_factory=dict)
    resets: Mapping[str, Vector | Unreadable] = field(default_factory=dict)
    over: Mapping[str, Vector | Unreadable] = field(default_factory=dict)


async def ask(
    environment: Environment, network: Network, window: Window, enough: Callable[[Answers], bool]
) -> Answers:
    """Everything that there is to know about the window, once it has been scraped.

    Waits for the scrapes that end it: an interval, as a rule, and two more at most until it is `enough`: a
    server may count late. Raises NotMeasured where Prometheus does not answer at all.
    """
    asker = _Asker(environment, network)
    skew = await asker.skew()
    interval = await asker.interval()
    scraped = await asker.until_scraped(window.answered + _WRITTEN + skew, interval or _UNKNOWN_INTERVAL)
    between, named = interval or _UNKNOWN_INTERVAL, _of_services(environment)
    lasts = max(window.ended - window.began, 2 * between)
    asker.spans(window=lasts, whole=await asker.now() - window.loaded - skew + 4 * between)
    before, began = await asyncio.gather(
        asker.all(queries.counters(named), window.loaded + skew - _UNSURE),
        asker.all(queries.counters(named), window.began + skew),
    )
    end = time.monotonic() + min(2 * between + _LATE, _LONGEST)
    while True:
        after = await asker.all(queries.counters(named), await asker.now())
        answers = Answers(interval, skew, scraped, {"before": before, "began": began, "after": after})
        if not scraped or enough(answers) or time.monotonic() > end:
            break
        await asyncio.sleep(min(between / 2, 1.0))
    answers.resets = await asker.all(queries.resets(named), await asker.now())
    answers.over = await asker.all(queries.OVER, window.began + lasts + skew)
    return answers


class _Asker:
    def __init__(self, environment: Environment, network: Network) -> None:
        self._environment = environment
        self._client = Client(network)
        self._limit = asyncio.Semaphore(_AT_ONCE)
        assert environment.prometheus is not None, "it is asked only where there is one"
        jobs = "|".join(re.escape(job) for job in environment.prometheus.jobs)
        # Backslashes and quotes are PromQL's own.
        text = jobs.replace("\\", "\\\\").replace('"', '\\"')
        self._values = {"jobs": f'job=~"{text}"' if jobs else ""}

    def spans(self, **seconds: float) -> None:
        """How long `$window` and `$whole` are."""
        self._values |= {name: f"{math.ceil(length)}s" for name, length in seconds.items()}

    async def skew(self) -> float:
        """Seconds that its clock is ahead of ours; raises NotMeasured where it does not answer."""
        before = time.time()
        theirs = await self.now()
        return theirs - (before + time.time()) / 2

    async def now(self) -> float:
        """Its own time. Raises NotMeasured."""
        answer = await self._ask("time()", None)
        if isinstance(answer, Unreadable):
            raise NotMeasured("Prometheus does not tell the time", observed=str(answer))
        return next(iter(answer.values()))

    async def interval(self) -> float | None:
        """The longest between two scrapes of what is asked about."""
        assert self._environment.prometheus is not None, "it is asked only where there is one"
        exchange = await self._client.exchange(from_prometheus(self._environment, PATH))
        targets = read_targets(exchange.response.body if exchange.response else b"")
        if isinstance(targets, Unreadable):
            return None
        jobs = self._environment.prometheus.jobs
        return (
            max((one.interval or 0.0 for one in targets.active if not jobs or one.job in jobs), default=0.0)
            or None
        )

    async def until_scraped(self, moment: float, interval: float) -> bool:
        """Wait until everything was scraped after that moment of its clock; whether it was."""
        end = time.monotonic() + min(2 * interval + _WRITTEN + _LATE, _LONGEST)
        while True:
            oldest = await self._ask("min(timestamp(up{$jobs} == 1))", None)
            if not isinstance(oldest, Unreadable) and oldest and min(oldest.values()) >= moment:
                return True
            if time.monotonic() > end:
                return False
            await asyncio.sleep(min(interval / 4, 1.0))

    async def all(self, wanted: Mapping[str, str], at: float) -> Mapping[str, Vector | Unreadable]:
        """Some queries at one moment of its clock."""
        answers = await asyncio.gather(*(self._ask(query, at) for query in wanted.values()))
        return dict(zip(wanted, answers, strict=True))

    async def _ask(self, query: str, at: float | None) -> Vector | Unreadable:
        text = Template(query).substitute(self._values)
        path = f"/api/v1/query?query={quote(text, safe='')}"
        if at is not None:
            path += f"&time={at:.3f}"
        async with self._limit:
            exchange = await self._client.exchange(from_prometheus(self._environment, path))
        if exchange.response is None or exchange.failure:
            return Unreadable(str(exchange.failure))
        return read_vector(exchange.response.body)


def _of_services(environment: Environment) -> tuple[str, ...]:
    """The services' counters of requests; where none is declared, the name that is usual."""
    declared = (service.requests_metric for service in environment.services.values())
    return tuple(dict.fromkeys(name for name in declared if name)) or ("http_requests_total",)

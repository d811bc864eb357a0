"""Handing what a load test says to the environment's Pushgateway."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta

from atalaia.environment import Environment
from atalaia.environment.url import Url
from atalaia.errors import DeliveryError
from atalaia.redaction import Redactor
from atalaia.run.network import network_of
from atalaia.systems.pushgateway.client import NotTaken, Pushgateway
from atalaia.systems.pushgateway.delivery import ATTEMPT, put
from loadtests.metrics.catalogue import JOB, LIVE_JOB

_FINAL = timedelta(seconds=15)
_LEAVING = 1.0
"""Seconds that a run's end waits for its page to be taken away: a verdict is not late for it."""
EVERY = 5.0
"""Seconds between two pushes of a run that is under way."""


def pushgateway_of(environment: Environment) -> Url | None:
    """Where to: the Pushgateway, or the one of the probes."""
    return environment.pushgateway.url if environment.pushgateway else environment.probes.pushgateway


def push(page: str, labels: Mapping[str, str], to: Url, environment: Environment, hint: str) -> None:
    """Put the page of a run that is over in the place of the last one's. Raises DeliveryError."""
    asyncio.run(
        put(
            page,
            {"job": JOB, **labels},
            to,
            network_of(environment, None, "load"),
            within=_FINAL,
            redactor=Redactor(environment.secrets()),
            hint=hint,
        )
    )


class Pusher:
    """Pushes a run's latest page every few seconds, beside it; a context manager, which takes it away again.

    A Pushgateway that does not take it disturbs no run: `failure` tells at its end.
    """

    def __init__(self, labels: Mapping[str, str], to: Url, environment: Environment) -> None:
        self._group = {"job": LIVE_JOB, **labels}
        self._to = to
        self._network = network_of(environment, None, "load")
        self._redactor = Redactor(environment.secrets())
        self._page: Callable[[], str] | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live metrics", daemon=True)
        self.failure = ""

    def __enter__(self) -> Pusher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(timeout=_LEAVING)

    def tell(self, page: Callable[[], str]) -> None:
        """What makes the latest page, when one is due."""
        self._page = page

    def _run(self) -> None:
        pushed = False
        while not self._end.wait(EVERY):
            if self._page:
                pushed = True
                self._try(self._put(self._page()))
        if pushed:
            self._try(self._take_away())

    def _try(self, doing: Coroutine[None, None, None]) -> None:
        try:
            asyncio.run(doing)
        except (DeliveryError, NotTaken) as error:
            self.failure = str(error)

    async def _put(self, page: str) -> None:
        await put(page, self._group, self._to, self._network, within=ATTEMPT, redactor=self._redactor)

    async def _take_away(self) -> None:
        await Pushgateway(self._to, self._network, self._redactor).delete(self._group, ATTEMPT)

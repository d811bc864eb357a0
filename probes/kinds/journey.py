"""A journey: requests one after the other, values carried over, what was made undone whatever happens."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from atalaia.environment.url import Url
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.network import Network
from atalaia.exchange.step import Step as Sent
from atalaia.exchange.timed import Timed, send
from atalaia.exchange.trust import verifying
from atalaia.redaction import Redactor
from probes.answers import Wrong, judge
from probes.carried import Carried, Unknown
from probes.model import Attempt, Planned, Reason
from probes.step import Step

_FOR_CLEANING_UP = 0.25
"""Part of the time that belongs to the steps that are always sent, where there are any."""
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Journey:
    """Parameters of a journey."""

    url: Url
    """The server; steps' paths are below its own path."""
    steps: tuple[Step, ...]
    bearer: Bearer | None = None
    """A token that every step sends which names no Authorization of its own."""
    writes: bool = False
    """Whether writing steps may be sent that nobody declares harmless: in the sandbox."""


def prepare(planned: Iterable[Planned], network: Network) -> None:
    """Read the authorities to trust, where any of these needs them. Raises UsageError."""
    if any(each.parameters.url.tls for each in planned):
        verifying(network.ca)


async def probe(planned: Planned, network: Network) -> Attempt:
    """Send the steps in order; the first that fails ends them, but for those that are always sent."""
    journey: Journey = planned.parameters
    forbidden = [step.name for step in journey.steps if not allowed(step, journey)]
    if forbidden:
        detail = f"{forbidden[0]} writes, which nobody declares harmless: nothing was sent"
        return Attempt(False, Reason.UNMEASURED, detail)
    return await _Course(journey, network).travel()


def allowed(step: Step, journey: Journey) -> bool:
    """Whether a step may be sent."""
    return step.method.upper() in _SAFE or step.harmless or journey.writes


class _Course:
    """One run of a journey: what was carried over, measured and seen so far."""

    def __init__(self, journey: Journey, network: Network) -> None:
        self._journey = journey
        self._network = network
        self._carried = Carried()
        self._phases: dict[str, float] = {}
        self._shown: list[dict[str, Any]] = []
        self._wrong: Wrong | None = None
        self._sent = False

    async def travel(self) -> Attempt:
        started, begun = time.time(), time.perf_counter()
        last = begun + self._network.total.total_seconds()
        left = list(self._journey.steps)
        try:
            while left and self._wrong is None:
                step = left.pop(0)
                reserved = any(later.always for later in left)
                await self._take(step, last - reserved * _FOR_CLEANING_UP * (last - begun))
        finally:
            # Also where the run is cancelled: what was made does not stay.
            for step in left:
                if step.always and self._sent:
                    await self._take(step, last)
        return self._attempt(started, time.perf_counter() - begun)

    async def _take(self, step: Step, end: float) -> None:
        """Send a step, and judge its answer; the first thing that is wrong is the journey's."""
        left = end - time.perf_counter()
        # Without the query, as everywhere: it may hold a key.
        path = step.path.partition("?")[0]
        shown: dict[str, Any] = {"step": step.name, "method": step.method, "path": path}
        self._shown.append(shown)
        try:
            request = self._request(step)
        except Unknown as unknown:
            # Nothing to undo: the step that would have made it has failed, which is told already.
            shown["unsent"] = str(unknown)
            if self._wrong is None:
                self._fail(Wrong(Reason.VALUE, f"{step.name}: {unknown}"))
            return
        if left <= 0:
            self._fail(Wrong(Reason.TIMEOUT, f"{step.name}: no time was left for it"))
            shown["unsent"] = "no time was left"
            return
        self._sent = True
        timed = await send(request, replace(self._network, total=timedelta(seconds=left)))
        self._phases[step.name] = timed.elapsed
        shown["seconds"] = round(timed.elapsed, 6)
        if timed.response is not None:
            shown["status"] = timed.response.status
        wrong = judge(timed, step.expected) or self._saved(step, timed)
        if wrong:
            shown["wrong"] = [each.detail for each in wrong]
            self._fail(Wrong(wrong[0].reason, f"{step.name}: {'; '.join(each.detail for each in wrong)}"))

    def _fail(self, wrong: Wrong) -> None:
        """What failed first counts; of a clean-up that fails too the detail tells."""
        first = self._wrong
        self._wrong = wrong if first is None else replace(first, detail=f"{first.detail}; {wrong.detail}")

    def _request(self, step: Step) -> Sent:
        """What goes on the wire. Raises Unknown."""
        return self._carried.request(step, self._journey.url, self._journey.bearer, self._network)

    def _saved(self, step: Step, timed: Timed) -> tuple[Wrong, ...]:
        assert timed.response is not None, "it was judged as right"
        missing = self._carried.save(step, timed.response)
        return (Wrong(Reason.BODY, missing),) if missing else ()

    def _attempt(self, started: float, duration: float) -> Attempt:
        # What was carried over may be a token: nobody who reads results needs it.
        redactor = Redactor(self._carried.secrets())
        wrong = self._wrong
        return Attempt(
            success=wrong is None,
            reason=wrong.reason if wrong else None,
            detail=redactor(wrong.detail) if wrong else "",
            started=started,
            duration=duration,
            phases=self._phases,
            shown={"steps": redactor.structure(self._shown)},
        )

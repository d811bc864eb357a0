"""One answer read as its bytes come, each phase timed at the moment when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from atalaia.exchange.arriving import Arriving
from atalaia.exchange.failure import Failure
from atalaia.exchange.presented import Presented
from atalaia.exchange.response import Response
from atalaia.exchange.wire import Head, read_answer


@dataclass(slots=True)
class Timed:
    """What is known of a request: all of it when it is over, and what came before it failed."""

    phases: dict[str, float] = field(default_factory=dict)
    """resolve, connect, tls, processing (until the first byte of the answer), transfer → seconds, each
    summed over redirects; what was not measured is absent."""
    address: str | None = None
    """The IP address that was contacted last."""
    response: Response | None = None
    """The last answer, as far as it came."""
    failure: Failure | None = None
    refused: bool = False
    """Whether it failed because the certificate was not accepted."""
    tls: Presented | None = None
    redirects: int = 0
    started: float = 0.0
    """Unix time."""
    elapsed: float = 0.0
    """Seconds from the start to the end of it all."""
    doing: str = "looking the host up"
    """What was begun last, in words."""

    def spent(self, phase: str, seconds: float) -> None:
        """Note a phase; a redirect adds to it."""
        self.phases[phase] = self.phases.get(phase, 0.0) + seconds


class Reading:
    """Fed by a connection; the answer's reader is sent on with each piece, without a turn of the loop."""

    __slots__ = ("_arriving", "_asked", "_done", "_first", "_head", "_last", "_reader", "_timed")

    def __init__(self, timed: Timed) -> None:
        self._timed = timed
        self._arriving = Arriving()
        self._reader: Coroutine[Any, Any, tuple[Response, bool]] | None = None
        self._done: asyncio.Future[None] | None = None
        self._head: Head | None = None
        self._asked = self._first = self._last = 0.0

    @property
    def begun(self) -> bool:
        """Whether anything of the answer has come."""
        return bool(self._first)

    def asked(self, method: str, cap: int, when: float) -> asyncio.Future[None]:
        """The request was sent then, by `perf_counter`; what is returned is done when the answer is whole, or
        raises Broken, Undecodable, OSError.
        """
        self._asked = self._last = when
        self._done = asyncio.get_running_loop().create_future()
        self._reader = read_answer(self._arriving, method, cap, on_head=self._note)
        self._read_on()  # what a server says unasked has come already
        return self._done

    def came(self, data: bytes, when: float) -> None:
        """More of the answer came then, by `perf_counter`."""
        self._last = max(when, self._last)
        if not self._first and self._asked:
            self._first = self._last
            self._timed.spent("processing", self._first - self._asked)
            self._timed.doing = "reading the answer"
        self._arriving.feed(data)
        self._read_on()

    def ended(self, error: Exception | None = None) -> None:
        """No more will come."""
        self._last = max(time.perf_counter(), self._last)
        self._arriving.end(error)
        self._read_on()

    def close(self) -> None:
        """Read no more; of an answer that is not whole its head remains."""
        if self._reader:
            self._reader.close()
        if self._head and self._timed.response is None:
            self._timed.response = self._head.response()

    def _note(self, head: Head) -> None:
        self._head = head

    def _read_on(self) -> None:
        done = self._done
        if self._reader is None or done is None or done.done():
            return
        try:
            self._reader.send(None)
        except StopIteration as end:
            self._timed.response = end.value[0]
            self._timed.spent("transfer", self._last - (self._first or self._asked))
            done.set_result(None)
        except Exception as error:
            done.set_exception(error)

"""Requests that a counter tells of, against a service that counts a while after it has answered."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from atalaia.environment.url import parse_url
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.counted import CountedSequence, Counter
from atalaia.systems.observe import observe
from tests.support.scripted_upstream import scripted_upstream

REQUESTS = Counter(metric="requests_total", uncounted=("/metrics",))


class LateCounter:
    """A service whose counter follows its answers by so many seconds; None: it never does."""

    def __init__(self, late: float | None, unsettled: int = 0) -> None:
        self._late, self._due = late, [0.0] * 7
        self._unsettled = unsettled
        self._lock = threading.Lock()

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        """Answer a request, or tell the count."""
        body = "ok"
        with self._lock:
            now = time.monotonic()
            if head.startswith(b"GET /metrics"):
                if self._unsettled:
                    self._unsettled -= 1
                    self._due.append(now)
                body = f'requests_total{{route="/a"}} {sum(due <= now for due in self._due)}\n'
            elif self._late is not None:
                self._due.append(now + self._late)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


@contextmanager
def sequence(service: LateCounter, requests: int = 1) -> Iterator[CountedSequence]:
    with scripted_upstream(service) as port:
        url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))

        def get(path: str, key: str) -> HttpRequest:
            return HttpRequest(key=key, hop=Hop.SERVICE, url=url, target=path)

        yield CountedSequence(
            key="count",
            hop=Hop.SERVICE,
            steps=(
                get("/metrics", "before"),
                *(get("/a", f"request {number}") for number in range(requests)),
                get("/metrics", "after"),
            ),
            pages=1,
            grows=((REQUESTS, requests),),
            settles=0.05,
            within=1.0,
        )


def counts(service: LateCounter, requests: int = 1) -> tuple[int | None, ...]:
    with sequence(service, requests) as wanted:
        seen = asyncio.run(observe(wanted, Network()))
    assert isinstance(seen, Exchanges)
    assert len(seen.steps) == requests + 2
    first, last = seen.steps[0].response, seen.steps[-1].response
    assert first is not None
    assert last is not None
    return REQUESTS.read(first.text()), REQUESTS.read(last.text())


def test_a_request_that_is_counted_after_its_answer_is_waited_for():
    assert counts(LateCounter(0.3)) == (7, 8)
    assert counts(LateCounter(0.2), requests=3) == (7, 10)


def test_a_counter_that_never_grows_is_waited_for_no_longer_than_said():
    begun = time.monotonic()
    assert counts(LateCounter(None)) == (7, 7)
    assert 1.0 <= time.monotonic() - begun < 5.0


def test_earlier_requests_that_are_counted_late_are_not_taken_for_ours():
    before, after = counts(LateCounter(0.0, unsettled=3))
    assert (before, after) == (10, 11)

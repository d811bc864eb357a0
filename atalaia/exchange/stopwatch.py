"""How long each phase of a request took, by the events of the connection itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atalaia.exchange.exchange import Phases

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream

_DOING = {
    "connect_tcp": "connecting",
    "start_tls": "shaking hands over TLS",
    "send_request_headers": "sending the request",
    "send_request_body": "sending the request",
    "receive_response_headers": "waiting for the whole head of the answer",
    "receive_response_body": "reading the body",
}


class Stopwatch:
    """Listens to httpcore's trace of one request."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._resolve: float | None = None
        self._transfer: float | None = None
        self._stream: AsyncNetworkStream | None = None
        self.doing = "looking the host up"
        """What was begun last, in words."""

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Note an event, `connection.connect_tcp.started`."""
        _, step, stage = event.split(".", 2)
        self._at[f"{step}.{stage}"] = time.perf_counter()
        if stage == "started":
            self.doing = _DOING.get(step, self.doing)
        if (step, stage) == ("connect_tcp", "complete"):
            self._stream = info["return_value"]

    async def end_connection(self) -> None:
        """Close the connection: httpcore forgets one whose TLS handshake is cancelled by a deadline."""
        if self._stream:
            await self._stream.aclose()

    def resolved(self, seconds: float) -> None:
        """Note how long DNS took; 0 where it was not asked."""
        self._resolve = seconds or None

    def transferred(self) -> None:
        """Note that no more of the body will be read."""
        begun = self._at.get("receive_response_headers.complete")
        self._transfer = None if begun is None else time.perf_counter() - begun

    @property
    def connected(self) -> bool:
        """Whether a TCP connection was opened."""
        return "connect_tcp.complete" in self._at

    @property
    def phases(self) -> Phases:
        """The phases that were measured."""
        return Phases(
            resolve=self._resolve,
            connect=self._between("connect_tcp.started", "connect_tcp.complete"),
            tls=self._between("start_tls.started", "start_tls.complete"),
            processing=self._between("send_request_body.complete", "receive_response_headers.complete"),
            transfer=self._transfer,
        )

    def _between(self, begin: str, end: str) -> float | None:
        if begin not in self._at or end not in self._at:
            return None
        return self._at[end] - self._at[begin]

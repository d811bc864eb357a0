"""What is known of an exchange while it is under way, so that nothing is lost when it ends early."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from atalaia.exchange.body import BoundedBody
from atalaia.exchange.exchange import Attempt, Response
from atalaia.exchange.failure import Failure
from atalaia.exchange.stopwatch import Stopwatch


@dataclass
class Progress:
    """Grows while one request, and those that redirects ask for, are sent."""

    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    address: str | None = None
    attempts: list[Attempt] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    _answer: httpx.Response | None = None
    _body: BoundedBody | None = None
    _failed: Attempt | None = None

    def send_again(self) -> None:
        """Begin a request: what the one before it was answered counts no more."""
        self.stopwatch = Stopwatch()
        self._answer = self._body = self._failed = None

    def try_address(self, address: str) -> None:
        """Begin to connect. An attempt that failed before is now one of several."""
        if self._failed:
            self.attempts.append(self._failed)
        self._failed = None
        self.address = address

    def not_connected(self, failure: Failure) -> None:
        """Note that the attempt failed: the last one, unless another follows."""
        self._failed = Attempt(address=self.address or "", failure=failure)

    def answered(self, answer: httpx.Response, body: BoundedBody) -> None:
        """Note the head of an answer, and where its body will be."""
        self._answer, self._body = answer, body

    def response(self) -> Response | None:
        """The answer as far as it came."""
        if self._answer is None or self._body is None:
            return None
        version: bytes = self._answer.extensions["http_version"]
        phrase: bytes = self._answer.extensions.get("reason_phrase", b"")
        return Response(
            status=self._answer.status_code,
            reason_phrase=phrase.decode("latin-1"),
            http_version=version.decode("ascii").removeprefix("HTTP/"),
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in self._answer.headers.raw
            ),
            body=self._body.content,
            truncated=self._body.truncated,
        )

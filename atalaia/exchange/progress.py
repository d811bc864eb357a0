"""What is known of an exchange while it is under way, so that nothing is lost when it ends early."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpcore

from atalaia.exchange.body import BoundedBody
from atalaia.exchange.exchange import Attempt
from atalaia.exchange.failure import Failure
from atalaia.exchange.response import Response
from atalaia.exchange.stopwatch import Stopwatch


@dataclass
class Progress:
    """Grows while one request, and those that redirects ask for, are sent."""

    body_cap: int
    """Bytes of the body that are kept."""
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    address: str | None = None
    attempts: list[Attempt] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    _answer: httpcore.Response | None = None
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

    def answered(self, answer: httpcore.Response, body: BoundedBody) -> None:
        """Note the head of an answer, and where its body will be."""
        self._answer, self._body = answer, body

    def response(self) -> Response | None:
        """The answer as far as it came."""
        if self._answer is None or self._body is None:
            return None
        version: bytes = self._answer.extensions["http_version"]
        phrase: bytes = self._answer.extensions.get("reason_phrase", b"")
        return Response(
            status=self._answer.status,
            reason_phrase=phrase.decode("latin-1"),
            http_version=version.decode("ascii").removeprefix("HTTP/"),
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in self._answer.headers
            ),
            body=self._body.content,
            truncated=self._body.truncated,
        )


def header_of(answer: httpcore.Response, name: bytes) -> str | None:
    """A header by its name in small letters, its values joined (RFC 9110, 5.3); None where there is none."""
    values = [value for key, value in answer.headers if key.lower() == name]
    joined = b", ".join(values)
    try:
        text = joined.decode()
    except UnicodeDecodeError:
        text = joined.decode("latin-1")
    return text if values else None

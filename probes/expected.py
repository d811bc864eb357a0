"""What an answer over HTTP must be like, as a plan holds it: without the environment's models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atalaia.environment.probes import Expect


@dataclass(frozen=True)
class Expected:
    """`Expect` of an environment file, or what a planned probe expects of itself."""

    status: tuple[int, ...] = ()
    """Statuses that are right; empty: any of 2xx."""
    headers: tuple[tuple[str, str], ...] = ()
    """Header, and the regular expression that one of its values matches."""
    body: str | None = None
    """Regular expression that the body matches somewhere."""
    json_values: tuple[tuple[str, Any], ...] = ()
    """JSON pointer (RFC 6901), and the value there."""
    latency: timedelta | None = None
    """The whole answer takes at most this long."""
    certificate: timedelta | None = None
    """The certificate is good for at least this long."""

    @classmethod
    def of(cls, expect: Expect) -> Expected:
        """What an environment file says."""
        return cls(
            status=expect.status,
            headers=tuple(expect.headers.items()),
            body=expect.body,
            json_values=tuple(expect.json_values.items()),
            latency=expect.latency,
            certificate=expect.certificate,
        )


ANYTHING_GOOD = Expected()
"""Any of 2xx."""

"""What observing costs the stack's limiters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What an observation takes out of one limiter's bucket."""

    bucket: str
    """The limiter and its key: `load-balancer client 127.64.0.9`. Never the route, unless it is the key."""
    requests: int
    limit: int
    """Requests that the limiter allows …"""
    window: float
    """… in so many seconds."""
    memory: float | None = None
    """Seconds for which a request weighs, where that is longer than the window."""
    exhausts: bool = False
    """It is meant to use the whole of this bucket up; that harms nobody whose bucket it is not."""
    client: str | None = None
    """Which of the run's clients pays, where it is another than the one that the observable is sent as."""

    @property
    def remembered(self) -> float:
        """Seconds for which a request weighs."""
        return self.memory or self.window

"""The clock by which a node counts its windows and reads the tokens' times."""

from __future__ import annotations

import time


class Clock:
    """The real time, unless a test has set it to stand."""

    def __init__(self) -> None:
        self._stands_at: float | None = None

    def __call__(self) -> float:
        """Seconds since 1970."""
        return time.time() if self._stands_at is None else self._stands_at

    def stand(self, at: float | None) -> None:
        """Stand at this time until told another; None: the real time again."""
        self._stands_at = at

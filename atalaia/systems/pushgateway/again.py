"""Trying again what a Pushgateway did not take: bounded, and at random moments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from atalaia.systems.pushgateway.client import NotTaken

_ATTEMPTS = 6
_FIRST, _LONGEST = 0.2, 5.0
"""Seconds between two attempts: at random up to the first, up to twice as much each time."""


async def again(once: Callable[[], Awaitable[None]], first: NotTaken, within: timedelta) -> None:
    """Try again, within that time from now, after the first attempt failed. Raises the last NotTaken."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, NotTaken) and error.again),
        stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(within.total_seconds()),
        wait=wait_random_exponential(multiplier=_FIRST, max=_LONGEST),
        reraise=True,
    ):
        with attempt:
            if attempt.retry_state.attempt_number == 1:
                raise first
            await once()

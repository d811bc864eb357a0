"""Handing a page to a Pushgateway: one PUT that arrives, in time, or a reason why not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from atalaia.environment.units import format_duration
from atalaia.environment.url import Url
from atalaia.errors import DeliveryError
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.systems.pushgateway.client import NotTaken, Pushgateway

ATTEMPT = timedelta(seconds=5)
"""One attempt takes at most this long."""
_ATTEMPTS = 6
_FIRST, _LONGEST = 0.2, 5.0
"""Seconds between two attempts: at random up to the first, up to twice as much each time."""


async def put(
    text: str,
    labels: Mapping[str, str],
    to: Url,
    network: Network,
    *,
    within: timedelta,
    redactor: Redactor | None = None,
    hint: str = "",
) -> None:
    """Put the page in the place of everything that the group of these labels holds, `within` that time.

    Network errors and 5xx are tried again; a refusal (4xx) never is. Raises DeliveryError with the
    Pushgateway's own words, and with `hint`: where the results are otherwise.
    """
    end = time.monotonic() + within.total_seconds()
    pushgateway = Pushgateway(to, network, redactor)
    failures: list[NotTaken] = []
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, NotTaken) and error.again),
            stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(within.total_seconds()),
            wait=wait_random_exponential(multiplier=_FIRST, max=_LONGEST),
            reraise=True,
        ):
            with attempt:
                left = timedelta(seconds=max(end - time.monotonic(), 0.001))
                try:
                    await pushgateway.put(labels, text, min(left, ATTEMPT))
                except NotTaken as failure:
                    failures.append(failure)
                    raise
    except NotTaken as error:
        # The last attempt has what time is left; that it was too little says less than what came before.
        told = next((failure for failure in reversed(failures) if not failure.late), error)
        times = f" ({len(failures)} attempts within {format_duration(within)})" if len(failures) > 1 else ""
        raise DeliveryError(
            "the Pushgateway did not take the results of the run",
            where=str(to),
            observed=f"{told}{times}",
            hint=hint,
        ) from error

"""Handing a page to a Pushgateway: one PUT that arrives, in time, or a reason why not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

from atalaia.environment.units import format_duration
from atalaia.environment.url import Url
from atalaia.errors import DeliveryError
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.systems.pushgateway.client import NotTaken, Pushgateway

ATTEMPT = timedelta(seconds=5)
"""One attempt takes at most this long."""


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

    def left() -> timedelta:
        return timedelta(seconds=max(end - time.monotonic(), 0.001))

    async def once() -> None:
        try:
            await pushgateway.put(labels, text, min(left(), ATTEMPT))
        except NotTaken as failure:
            failures.append(failure)
            raise

    try:
        try:
            await once()
        except NotTaken as first:
            if not first.again:
                raise
            # Loaded here: what tries again takes longer to load than a page to be taken.
            from atalaia.systems.pushgateway.again import again

            await again(once, first, left())
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

"""Handing a run's results to the Pushgateway: one PUT, in time, or a reason why not."""

from __future__ import annotations

from datetime import timedelta

from atalaia.environment.url import Url
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from probes.vantage import Vantage

ATTEMPT = timedelta(seconds=5)
"""One attempt takes at most this long."""


async def deliver(
    text: str,
    vantage: Vantage,
    to: Url,
    network: Network,
    *,
    within: timedelta,
    redactor: Redactor | None = None,
) -> None:
    """Put the page in the place of everything that the vantage's group holds, `within` that time at most.

    Network errors and 5xx are tried again; a refusal (4xx) never is. Raises DeliveryError with the
    Pushgateway's own words.
    """
    raise NotImplementedError

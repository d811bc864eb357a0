"""Handing a run's results to the Pushgateway, once the page is what it must be."""

from __future__ import annotations

from datetime import timedelta

from atalaia.environment.url import Url
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.systems.pushgateway.delivery import put
from probes.page import validate
from probes.vantage import Vantage

_KEPT = "what the state file has of them is written for Prometheus by `atalaia probe backfill`"


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

    Only of whole runs: what the page does not have is gone afterwards. Raises DeliveryError.
    """
    validate(text, vantage)
    await put(text, vantage.labels, to, network, within=within, redactor=redactor, hint=_KEPT)

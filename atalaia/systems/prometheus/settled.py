"""What Prometheus scrapes once it has found out: what is asked, as data."""

from __future__ import annotations

from typing import ClassVar

from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.observable import HttpRequest, Observable
from atalaia.exchange.seen import Seen


class SettledTargets(Observable):
    """Prometheus' scrape targets, asked for until it has scraped all of them, and again what failed.

    It looks for scrape targets some seconds after it has started or read its configuration, and a scrape
    can fail, or come late, once. What is seen is its runtime information, its scrape targets, and, where
    one of them took long, how long each took at best of late (`slowness.LEAST`), in this order.
    """

    sees: ClassVar[type[Seen]] = Exchanges

    runtime: HttpRequest
    targets: HttpRequest
    least: HttpRequest
    """Asks for the value of an expression, which follows."""
    jobs: tuple[tuple[str, int], ...]
    """Jobs that should be there, and how many scrape targets each has."""
    duration: float | None = None
    """Seconds that a scrape may take."""


class ProbedPage(Observable):
    """A page of metrics, and Prometheus' view of it from after that.

    What is seen is our own answer and Prometheus' scrape targets, in this order. Where the page does not
    answer us and Prometheus has it up, that is looked at again after Prometheus' next scrape.
    """

    sees: ClassVar[type[Seen]] = Exchanges

    page: HttpRequest
    targets: HttpRequest
    job: str
    """The job that it is scraped for."""
    address: str
    """Its host:port; other scrape targets of the job are other pages, where one has it."""

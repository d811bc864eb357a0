"""Whoever watches a run that is under way: the terminal, Prometheus, and what ends it early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from atalaia.environment import Environment
from loadtests.measured import Live
from loadtests.metrics.exposition import live as page_of
from loadtests.metrics.pushing import Pusher, pushgateway_of
from loadtests.metrics.serving import Server
from loadtests.plan import LoadPlan
from loadtests.telling.progress import Progress
from loadtests.thresholds import Thresholds
from loadtests.verdict.hopeless import Hope

Follow = Callable[[Live], str | None]
"""Is told of each second; a reason to end the run, or None."""


class Watchers:
    """Those of all runs of a command: a search has several, one after the other."""

    def __init__(self, labels: Mapping[str, str], pusher: Pusher | None, server: Server | None) -> None:
        self._labels = labels
        self._pusher = pusher
        self._server = server

    @contextmanager
    def of(self, plan: LoadPlan, thresholds: Thresholds | None, columns: int) -> Iterator[Follow]:
        """What is to be told of one run. Without thresholds nothing ends it early."""
        progress = Progress.here(plan, columns)
        hope = Hope(plan, thresholds) if thresholds else None

        def follow(now: Live) -> str | None:
            progress.tell(now)
            if self._pusher:
                self._pusher.tell(lambda: page_of(self._labels, now))
            if self._server:
                self._server.tell(page_of(self._labels, now))
            return hope.see(now) if hope else None

        try:
            yield follow
        finally:
            progress.end()

    @property
    def failure(self) -> str:
        """Why the Pushgateway did not take what was told meanwhile; empty where it did."""
        return self._pusher.failure if self._pusher else ""


@contextmanager
def watching(
    labels: Mapping[str, str], environment: Environment, *, push: bool, listen: tuple[str, int] | None
) -> Iterator[Watchers]:
    """Watchers, until the block ends. Raises UsageError where nobody can listen."""
    with ExitStack() as stack:
        to = pushgateway_of(environment) if push else None
        server = stack.enter_context(Server(listen)) if listen else None
        pusher = stack.enter_context(Pusher(labels, to, environment)) if to else None
        yield Watchers(labels, pusher, server)

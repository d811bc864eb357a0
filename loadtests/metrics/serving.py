"""/metrics of a run that is under way, for a Prometheus that scrapes it."""

from __future__ import annotations

import asyncio
import queue
import threading

from atalaia.errors import UsageError
from atalaia.systems.prometheus.page_server import Page, serving


class Server:
    """Serves a run's latest page beside it; a context manager. Raises UsageError where nobody can listen."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._page = Page()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._began: queue.SimpleQueue[int | UsageError] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="live metrics page", daemon=True)
        self.port = 0

    def __enter__(self) -> Server:
        self._thread.start()
        began = self._began.get()
        if isinstance(began, UsageError):
            raise began
        self.port = began
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def tell(self, page: str) -> None:
        """The latest page."""
        self._page.text = page

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        try:
            async with serving(self._page, self._address) as port:
                self._began.put(port)
                await self._end.wait()
        except UsageError as error:
            self._began.put(error)

"""A live run as one process of it sees it: the environment, the plan, and results as they come."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from atalaia.environment import Environment
from atalaia.run.case import Case, Cases
from atalaia.run.execute import Executor
from atalaia.run.once import executor_of
from atalaia.run.results import Result
from atalaia.run.settled import settled
from atalaia.run.share import Shared

_TURN = 0.1
"""Seconds after which a request to end is noticed at the latest."""


class LiveRun:
    """One process' part in a run.

    The plan is made once, by whichever process has collected first; all of them read it. Cases are
    executed on a thread of their own, so that observations wait side by side while pytest asks for
    one result after the other.
    """

    def __init__(self, environment: Environment, directory: Path, ending: threading.Event) -> None:
        self.environment = environment
        self.directory = directory
        self._ending = ending
        self.cases = Cases(environment)
        self.planned: tuple[Case, ...] = ()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="atalaia-live", daemon=True)
        self._executor: Executor | None = None
        self._while_live = ExitStack()

    def plan(self, cases: Iterable[Case]) -> None:
        """Settle what will be sent, with the other processes of the run."""
        self.planned = tuple(cases)
        agreement = Shared(self.directory).settle(self.environment, self.planned, now=time.time())
        self._executor = executor_of(self.environment, self.planned, self.directory, agreement)
        self._while_live.enter_context(settled())
        self._thread.start()

    def start(self) -> None:
        """Begin to execute every planned case, without waiting."""
        assert self._executor is not None, "plan() comes first"
        asyncio.run_coroutine_threadsafe(self._executor.begin_all(self.planned), self._loop)

    def result(self, case: Case) -> Result:
        """The result of a case, waited for. Whatever a judge raises is raised here.

        Raises KeyboardInterrupt once the run is asked to end.
        """
        future = self._submit(case)
        while not concurrent.futures.wait([future], timeout=_TURN).done:
            if self._ending.is_set():
                raise KeyboardInterrupt
        return future.result()

    def stop(self) -> None:
        """End the thread; what is under way is given up."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
        self._while_live.close()

    def _submit(self, case: Case) -> concurrent.futures.Future[Result]:
        assert self._executor is not None, "plan() comes first"
        return asyncio.run_coroutine_threadsafe(self._executor.execute(case), self._loop)


async def _cancel_all() -> None:
    # A gathering whose parts are cancelled tells an error to whoever waited for it; nobody does any more.
    asyncio.get_running_loop().set_exception_handler(_all_but_cancellations)
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _all_but_cancellations(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)

"""Active health checks: probes that a node sends to the targets of its upstreams."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sandbox.standins.http.message import Headers
from sandbox.standins.http.pool import Pool
from sandbox.standins.http.upstream import Timeouts, Trouble
from sandbox.standins.kong.targets import TargetState

PROBED = frozenset({"http", "tcp"})
"""The types of active checks that a stand-in runs; it speaks no TLS."""


class Probing:
    """Probes the targets of one upstream, the healthy ones and the unhealthy ones each in their rhythm."""

    def __init__(self, states: Sequence[TargetState], host_header: str | None) -> None:
        self._states = [state for state in states if state.address and state.target.weight]
        self._host = host_header
        self._tasks: list[asyncio.Task[None]] = []
        if self._states and self._states[0].checks.active_type in PROBED:
            found = self._states[0].checks
            self._pool = Pool(idle_per_address=0)
            for healthy, interval in ((True, found.healthy_interval), (False, found.unhealthy_interval)):
                if interval > 0:
                    self._tasks.append(asyncio.create_task(self._rounds(interval, healthy=healthy)))

    def close(self) -> None:
        """Probe no more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            self._pool.close()

    async def _rounds(self, interval: float, *, healthy: bool) -> None:
        while True:
            await asyncio.sleep(interval)
            for state in self._states:
                if state.healthy == healthy:
                    self._probe(state)

    def _probe(self, state: TargetState) -> None:
        assert state.address is not None
        checks = state.checks
        timeouts = Timeouts(checks.timeout, checks.timeout)
        if checks.active_type == "tcp":
            self._tasks.append(task := asyncio.create_task(_connect(state, timeouts.connect)))
            task.add_done_callback(self._tasks.remove)
            return
        lines = [f"GET {checks.path} HTTP/1.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in checks.headers]
        lines.append(f"Host: {self._host or state.hostname}")
        request = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self._pool.call(state.address, "GET", request, timeouts, _Answer(state))


async def _connect(state: TargetState, timeout: float) -> None:
    assert state.address is not None
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(*state.address)
    except TimeoutError:
        state.failed(Trouble.CONNECT_TIMEOUT, state.checks.active)
    except OSError:
        state.failed(Trouble.REFUSED, state.checks.active)
    else:
        writer.close()
        state.succeeded(state.checks.active)


class _Answer:
    """The sink of a probe: only the status counts."""

    def __init__(self, state: TargetState) -> None:
        self._state = state
        self._told = False

    def head(self, status: int, phrase: str, headers: Headers) -> None:
        self._told = True
        self._state.answered(status, self._state.checks.active)

    def data(self, chunk: bytes) -> None:
        pass

    def end(self) -> None:
        pass

    def flush(self) -> None:
        pass

    def failed(self, trouble: Trouble) -> None:
        if not self._told:
            self._state.failed(trouble, self._state.checks.active)

"""Waiting for a condition, and the small questions that tell whether a server is ready."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

_ATTEMPT = 3.0
"""Seconds that one look may take before it counts as a no."""
_MOST = 32 * 1024 * 1024


async def until(condition: Callable[[], Awaitable[bool]], seconds: float, every: float = 0.03) -> bool:
    """Look until the condition holds: True; or until so many seconds are over: False.

    A server that does not listen yet or breaks off is a no, not an error.
    """
    try:
        async with asyncio.timeout(seconds):
            while not await _look(condition):
                await asyncio.sleep(every)
    except TimeoutError:
        return False
    return True


async def _look(condition: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(_ATTEMPT):
            return await condition()
    except (OSError, EOFError, TimeoutError, ValueError):
        return False


async def get(port: int, path: str, *, username: str = "", password: str = "") -> tuple[int, bytes]:
    """GET from 127.0.0.1: (status, body). HTTP/1.0, so that the body ends where the connection does.

    Raises OSError or ValueError where there is no such answer.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_MOST)
    try:
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        authorization = f"Authorization: Basic {credentials}\r\n" if username else ""
        writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n{authorization}\r\n".encode())
        await writer.drain()
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    if not head.startswith(b"HTTP/1."):
        raise ValueError("no HTTP answer")
    return int(head.split(maxsplit=2)[1]), body


async def answers(port: int, path: str, *, containing: bytes = b"") -> bool:
    """Whether GET is answered 200, with this text in the body."""
    status, body = await get(port, path)
    return status == 200 and containing in body


async def get_json(port: int, path: str) -> object:
    """The JSON document behind GET. Raises OSError or ValueError where there is none."""
    status, body = await get(port, path)
    if status != 200:
        raise ValueError(f"status {status}")
    return json.loads(body)


async def ask_socket(path: Path, command: str) -> str:
    """Send one line to a unix socket; the answer up to its end. Raises OSError."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=_MOST)
    try:
        writer.write(command.encode() + b"\n")
        await writer.drain()
        return (await reader.read()).decode("utf-8", "replace")
    finally:
        writer.close()


async def last_reload(port: int, prefix: str) -> tuple[bool, str]:
    """Whether and when a server of the Prometheus project last read its configuration, by its metrics.

    Raises OSError or ValueError where it does not say.
    """
    _, body = await get(port, "/metrics")
    values = dict(line.split(" ", 1) for line in body.decode().splitlines() if line.startswith(prefix))
    try:
        good = values[f"{prefix}_config_last_reload_successful"]
        return good == "1", values[f"{prefix}_config_last_reload_success_timestamp_seconds"]
    except KeyError:
        raise ValueError("no metrics of reloads") from None

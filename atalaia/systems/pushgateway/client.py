"""A Pushgateway: what is put there, what lies there, what is taken away.

Its API: github.com/prometheus/pushgateway, "API" and "Query API". A PUT takes the place of the whole group; a
DELETE is taken with 202 and done a moment later. Nothing here is tried again.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

import httpx

from atalaia.environment.units import format_duration
from atalaia.environment.url import Url
from atalaia.exchange.causes import failure_of
from atalaia.exchange.network import Network, resolve
from atalaia.exchange.trust import verifying
from atalaia.redaction import Redactor
from atalaia.systems.pushgateway.groups import group_path

_TEXT = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
_WORDS = 2000
"""Bytes read of a refusal."""
_LISTING = 256 * 2**20
"""Bytes read of everything that lies there."""


class NotTaken(Exception):
    """The Pushgateway did not do what it was asked; in words."""

    late = False
    """Whether it did nothing at all in the time that it was given."""

    def __init__(self, told: str, *, again: bool) -> None:
        super().__init__(told)
        self.again = again
        """Whether it might at another time: no connection, no answer, 5xx. A refusal stays one."""


@dataclass(frozen=True)
class Group:
    """A group that lies there."""

    labels: Mapping[str, str]
    """The grouping key."""
    pushed: float
    """When it was last pushed, by the Pushgateway's clock; Unix time. 0: its only push was refused."""
    refused: float
    """When a push to it was last refused; 0: never."""


class Pushgateway:
    """One Pushgateway; an asynchronous context manager. Every method raises NotTaken."""

    def __init__(self, url: Url, network: Network, redactor: Redactor | None = None) -> None:
        self._url = url
        self._network = network
        self._redactor = redactor or Redactor(())
        trust: ssl.SSLContext | bool = verifying(network.ca) if url.tls else False
        credentials = (url.username, url.password) if url.username or url.password else None
        # Never through a proxy that the process environment names, nor with what ~/.netrc holds.
        self._client = httpx.AsyncClient(
            trust_env=False,
            verify=trust,
            auth=credentials,
            timeout=httpx.Timeout(None, connect=network.connect.total_seconds()),
            follow_redirects=False,
        )

    async def put(self, labels: Mapping[str, str], text: str, within: timedelta) -> None:
        """Put a page in the place of a whole group."""
        await self._send("PUT", group_path(labels), within, content=text.encode())

    async def delete(self, labels: Mapping[str, str], within: timedelta) -> None:
        """Take a group away; it goes a moment later."""
        await self._send("DELETE", group_path(labels), within)

    async def groups(self, within: timedelta) -> tuple[Group, ...]:
        """Everything that lies there."""
        body = await self._send("GET", "/api/v1/metrics", within, most=_LISTING)
        try:
            return tuple(_group(each) for each in json.loads(body)["data"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotTaken("its list of groups cannot be read", again=False) from error

    async def __aenter__(self) -> Pushgateway:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def _send(
        self, method: str, path: str, within: timedelta, *, content: bytes | None = None, most: int = _WORDS
    ) -> bytes:
        """The body of a good answer."""
        try:
            # httpx has deadlines for each read only: an answer byte by byte would never end.
            async with asyncio.timeout(within.total_seconds()):
                return await self._exchange(method, path, content, most)
        except TimeoutError:
            late = NotTaken(f"no answer within {format_duration(within)}", again=True)
            late.late = True
            raise late from None

    async def _exchange(self, method: str, path: str, content: bytes | None, most: int) -> bytes:
        # Names are looked up as for every other request: by the environment's hosts first.
        resolution = await resolve(self._network, self._url.host)
        if resolution.failure:
            raise NotTaken(str(resolution.failure), again=True)
        for address in resolution.addresses:
            request = self._client.build_request(
                method,
                httpx.URL(self._url.join(path)).copy_with(host=address),
                content=content,
                headers={"Host": self._url.authority, **(_TEXT if content is not None else {})},
                extensions={"sni_hostname": self._url.host} if self._url.tls else {},
            )
            try:
                answer = await self._client.send(request, stream=True)
                body = await _read(answer, most)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error  # localhost has an address of each family, of which one may have a listener
            except (httpx.HTTPError, OSError) as error:
                raise _failed(error) from error
            else:
                if answer.is_success:
                    return body
                words = self._words(body) or answer.reason_phrase
                raise NotTaken(f"{answer.status_code}: {words}", again=answer.is_server_error)
        raise _failed(failure) from failure

    def _words(self, body: bytes) -> str:
        text = self._redactor(body[:_WORDS].decode("utf-8", "replace"))
        return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _failed(error: Exception) -> NotTaken:
    return NotTaken(str(failure_of(error.__cause__ or error) or type(error).__name__), again=True)


async def _read(answer: httpx.Response, most: int) -> bytes:
    parts, size = [], 0
    try:
        async for part in answer.aiter_bytes():
            parts.append(part)
            size += len(part)
            if size > most:
                if answer.is_success and most > _WORDS:
                    raise NotTaken(f"an answer of more than {most // 2**20} MiB", again=False)
                break
    finally:
        await answer.aclose()
    return b"".join(parts)


def _group(told: Mapping[str, Any]) -> Group:
    labels = {str(name): str(value) for name, value in told["labels"].items()}
    return Group(labels, _value(told, "push_time_seconds"), _value(told, "push_failure_time_seconds"))


def _value(told: Mapping[str, Any], metric: str) -> float:
    return float(told[metric]["metrics"][0]["value"]) if metric in told else 0.0

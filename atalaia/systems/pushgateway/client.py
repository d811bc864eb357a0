"""A Pushgateway: what is put there, what lies there, what is taken away.

Its API: github.com/prometheus/pushgateway, "API" and "Query API". A PUT takes the place of the whole group; a
DELETE is taken with 202 and done a moment later. Nothing here is tried again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from atalaia.environment.units import format_duration
from atalaia.environment.url import Url
from atalaia.exchange.failure import Reason
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.exchange.step import Step
from atalaia.exchange.timed import Timed, send
from atalaia.redaction import Redactor
from atalaia.systems.pushgateway.groups import group_path

_TEXT = (("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),)
_WORDS = 2000
"""Bytes read of a refusal."""
_LISTING = 256 * 2**20
"""Bytes read of everything that lies there."""

_ROUNDING = 0.001
"""Seconds by which two clocks may tell the same deadline differently."""


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
    """One Pushgateway. Every method raises NotTaken.

    It is asked as probes ask, over a connection for each request: names by the environment's hosts first, and
    never through a proxy that the process environment names, nor with what ~/.netrc holds.
    """

    def __init__(self, url: Url, network: Network, redactor: Redactor | None = None) -> None:
        self._url = url
        self._network = network
        self._redactor = redactor or Redactor(())

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

    async def _send(
        self, method: str, path: str, within: timedelta, *, content: bytes | None = None, most: int = _WORDS
    ) -> bytes:
        """The body of a good answer."""
        network = replace(self._network, total=within, body_cap=most)
        timed = await send(Step.first(self._request(method, path, content), network), network)
        if timed.failure or timed.response is None:
            raise _failed(timed, within)
        response = timed.response
        if not 200 <= response.status < 300:
            words = self._words(response.body) or response.reason_phrase
            raise NotTaken(f"{response.status}: {words}", again=response.status >= 500)
        if response.truncated and most > _WORDS:
            raise NotTaken(f"an answer of more than {most // 2**20} MiB", again=False)
        return response.body

    def _request(self, method: str, path: str, content: bytes | None) -> Request:
        known = bool(self._url.username or self._url.password)
        return Request(
            method=method,
            url=self._url,
            target=self._url.path + path,
            headers=_TEXT if content is not None else (),
            body=content,
            username=self._url.username if known else None,
            password=self._url.password if known else None,
        )

    def _words(self, body: bytes) -> str:
        text = self._redactor(body.decode("utf-8", "replace"))
        return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _failed(timed: Timed, within: timedelta) -> NotTaken:
    failure = timed.failure
    if failure and failure.reason is Reason.TIMEOUT and timed.elapsed > within.total_seconds() - _ROUNDING:
        late = NotTaken(f"no answer within {format_duration(within)}", again=True)
        late.late = True
        return late
    return NotTaken(str(failure or "no answer"), again=True)


def _group(told: Mapping[str, Any]) -> Group:
    labels = {str(name): str(value) for name, value in told["labels"].items()}
    return Group(labels, _value(told, "push_time_seconds"), _value(told, "push_failure_time_seconds"))


def _value(told: Mapping[str, Any], metric: str) -> float:
    return float(told[metric]["metrics"][0]["value"]) if metric in told else 0.0

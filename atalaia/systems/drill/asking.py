"""What a drill asks of Prometheus, the Alertmanager, the Pushgateway and the receivers."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

from atalaia.environment.url import Url
from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import Unreadable, excerpt
from atalaia.systems.drill import channels
from atalaia.systems.drill.alerts import Held, fired, held
from atalaia.systems.drill.deliveries import deliveries
from atalaia.systems.drill.groups import Group, groups
from atalaia.systems.drill.model import (
    EXPIRES,
    JOB,
    METRIC,
    STARTED,
    Channel,
    Delivery,
    DrillMeasurement,
)
from atalaia.systems.drill.sent import sent
from atalaia.systems.drill.why import why_not_fired
from atalaia.systems.patience import PATIENCE

T = TypeVar("T")
_JSON = (("Content-Type", "application/json"),)
_TEXT = (("Content-Type", "text/plain; version=0.0.4"),)
_AUTHOR = "atalaia fire drill"
"""Of our silences."""
_DRILLS = quote('drill="true"', safe="")


class Asking:
    """One drill's questions and orders; every failure is an Unreadable that says what came instead."""

    def __init__(self, wanted: DrillMeasurement, network: Network, drill: str) -> None:
        self._wanted = wanted
        self._network = network
        self._drill = drill
        self.answered: Exchange | None = None
        """The last answer, or the lack of one."""

    # --- the Pushgateway

    async def pushed(self) -> tuple[Group, ...] | Unreadable:
        """The drills that lie in the Pushgateway."""
        return await self._read(self._wanted.pushgateway, "/api/v1/metrics", groups)

    async def push(self, started: float, on: bool = True) -> str:
        """Push that there is a drill, or that it is over; why it was not taken, empty where it was."""
        body = f"# TYPE {METRIC} gauge\n{METRIC} {on:d}\n# TYPE {STARTED} gauge\n{STARTED} {started!r}\n"
        return await self._order(self._wanted.pushgateway, "PUT", self._group, body.encode(), _TEXT)

    async def withdraw(self, group: Group | None = None) -> str:
        """Take back this drill, or one of before; why that was refused, empty where it was not."""
        path = _grouped(dict(group.labels)) if group else self._group
        return await self._order(self._wanted.pushgateway, "DELETE", path)

    def how_it_ends(self, group: Group) -> str:
        """When a drill is over that fires, and how somebody ends it before, for people."""
        pushgateway = self._wanted.pushgateway
        over = datetime.fromtimestamp(group.ends, UTC)
        order = f"DELETE {pushgateway.origin}{pushgateway.path}{_grouped(dict(group.labels))}"
        return f", over by itself at {over:%H:%M:%S} UTC; {order} ends it at once"

    @property
    def _group(self) -> str:
        return _grouped({"job": JOB, "instance": self._drill})

    # --- Prometheus

    async def fired(self) -> dict[str, str] | Unreadable:
        """Name → state of the drill's alerts in Prometheus."""
        return await self._read(
            self._wanted.prometheus, "/api/v1/alerts", lambda body: fired(body, self._drill)
        )

    async def why_not_fired(self, alert: str, started: float) -> str:
        """What is amiss in Prometheus where an alert does not fire that was pushed at this Unix time."""
        value = f"/api/v1/query?query={quote(METRIC, safe='')}"
        figure = await self._read(self._wanted.prometheus, value, lambda body: body)
        rules = await self._read(self._wanted.prometheus, "/api/v1/rules?type=alert", lambda body: body)
        return why_not_fired(figure, rules, alert, self._drill, started)

    # --- the Alertmanager

    async def held(self) -> dict[str, Held] | Unreadable:
        """Name → what the Alertmanager holds of the drill."""
        path = f"/api/v2/alerts?filter={_DRILLS}"
        return await self._read(self._wanted.alertmanager, path, lambda body: held(body, self._drill))

    async def channels(self) -> tuple[Channel, ...] | Unreadable:
        """The channels that the running receiver has."""
        running = await self._read(self._wanted.alertmanager, "/api/v2/status", channels.running)
        if isinstance(running, Unreadable):
            return running
        return channels.channels(running, self._wanted.receiver)

    async def sent(self) -> Counter[str] | Unreadable:
        """Integration → notifications that went well, ever."""

        def read(body: bytes) -> Counter[str]:
            return sent(body.decode("utf-8", "replace"), self._wanted.receiver)

        return await self._read(self._wanted.alertmanager, "/metrics", read)

    async def silence(self, seconds: float) -> str | Unreadable:
        """Silence drills for so many seconds; the silence's id."""
        now = time.time()
        document = {
            "matchers": [{"name": "drill", "value": "true", "isRegex": False, "isEqual": True}],
            "startsAt": _rfc3339(now),
            "endsAt": _rfc3339(now + min(seconds, EXPIRES)),
            "createdBy": _AUTHOR,
            "comment": f"fire drill {self._drill}",
        }
        body = json.dumps(document).encode()
        why = await self._order(self._wanted.alertmanager, "POST", "/api/v2/silences", body, _JSON)
        if why:
            return Unreadable(why)
        response = self.answered.response if self.answered else None
        try:
            return str(response.json()["silenceID"]) if response else Unreadable("no answer")
        except (ValueError, KeyError, TypeError):
            return Unreadable("an answer without the silence's id")

    async def end_silence(self, silence: str) -> str:
        """End a silence; why that was refused, empty where it was not."""
        path = f"/api/v2/silence/{quote(silence, safe='')}"
        return await self._order(self._wanted.alertmanager, "DELETE", path)

    async def silences(self) -> tuple[str, ...] | Unreadable:
        """The silences of drills that are not over; nobody else's."""
        path = f"/api/v2/silences?filter={_DRILLS}"
        return await self._read(self._wanted.alertmanager, path, _silences)

    # --- the receivers

    async def delivered(self) -> tuple[Delivery, ...] | Unreadable:
        """What came of this drill."""
        assert self._wanted.deliveries is not None, "asked only where it is declared"
        target = f"?containing={quote(self._drill, safe='')}"
        return await self._read(self._wanted.deliveries, target, lambda body: deliveries(body, self._drill))

    # --- requests

    async def _read(self, url: Url, target: str, read: Callable[[bytes], T]) -> T | Unreadable:
        exchange = await self._send(url, "GET", target)
        why = _not_ok(exchange)
        return Unreadable(why) if why else read(exchange.response.body if exchange.response else b"")

    async def _order(
        self,
        url: Url,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> str:
        return _not_ok(await self._send(url, method, target, body, headers))

    async def _send(
        self,
        url: Url,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Exchange:
        request = HttpRequest(
            key=f"{method} {target}", hop=self._wanted.hop, method=method, url=url,
            target=url.path + target, body=body, headers=headers, patience=PATIENCE,
        )  # fmt: skip
        async with Client(self._network) as client:
            self.answered = await client.exchange(request)
        return self.answered


def _not_ok(exchange: Exchange) -> str:
    """Why an answer is none of 2xx; empty where it is one."""
    response = exchange.response
    if exchange.failure or response is None:
        return f"no answer from {exchange.url}: {exchange.failure}"
    if 200 <= response.status < 300:
        return ""
    return f"{exchange.method} {exchange.url} was answered {response.status}: {excerpt(response.body, 100)}"


def _grouped(labels: dict[str, str]) -> str:
    """The path of a group; the job is the first of its labels, an empty value has a form of its own."""
    job = labels["job"]
    others = sorted((name, value) for name, value in labels.items() if name != "job")
    parts = "".join(
        f"/{name}/{quote(value, safe='')}"
        if value and "/" not in value
        else f"/{name}@base64/{_base64(value)}"
        for name, value in others
    )
    return f"/metrics/job/{quote(job, safe='')}{parts}"


def _base64(value: str) -> str:
    return base64.urlsafe_b64encode(value.encode()).decode() if value else "="


def _silences(body: bytes) -> tuple[str, ...] | Unreadable:
    """Our silences that are not over: there is one drill at a time, so they are this one's or nobody's."""
    try:
        return tuple(
            str(each["id"])
            for each in json.loads(body)
            if each["createdBy"] == _AUTHOR and each["status"]["state"] != "expired"
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return Unreadable("something else instead of a list of silences")


def _rfc3339(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")

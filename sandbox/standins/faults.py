"""The ways in which a stand-in can be broken. A new one is an entry in FAULTS, nothing more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal, cast

from pydantic import JsonValue, ValidationError

from atalaia.errors import UsageError
from sandbox.standins.fault import Fault, Options
from sandbox.standins.kong.faults import FAULTS as KONG
from sandbox.standins.services.faults import FAULTS as SERVICE

if TYPE_CHECKING:  # a process loads only what it serves
    from sandbox.standins.grafana.standin import Grafana
    from sandbox.standins.kong.standin import Kong
    from sandbox.standins.receivers.standin import Receivers
    from sandbox.standins.services.service import Service

    StandIn = Service | Kong | Grafana | Receivers


async def _stop(standin: StandIn, _: Options) -> None:
    for server in standin.servers:
        await server.stop()


async def _start(standin: StandIn) -> None:
    for server in standin.servers:
        await server.start()


def _credentials(refused: bool) -> Callable[..., Awaitable[None]]:
    async def set_refused(grafana: Grafana, _: Options | None = None) -> None:
        grafana.credentials_refused = refused

    return set_refused


def _database(failing: bool) -> Callable[..., Awaitable[None]]:
    async def set_failing(grafana: Grafana, _: Options | None = None) -> None:
        grafana.database_failing = failing

    return set_failing


class Title(Options):
    """Which of Grafana's dashboards."""

    title: str


async def _import(grafana: Grafana, given: Title) -> None:
    grafana.imported = given.title


async def _provision(grafana: Grafana) -> None:
    grafana.imported = None


class Channel(Options):
    """Which of the receivers' channels."""

    channel: Literal["slack", "pagerduty", "webhook"]


async def _refuse(receivers: Receivers, given: Channel) -> None:
    receivers.refusing = given.channel


async def _take(receivers: Receivers) -> None:
    receivers.refusing = None


async def _stop_mail(receivers: Receivers, _: Options) -> None:
    await receivers.mail.stop()


async def _start_mail(receivers: Receivers) -> None:
    await receivers.mail.start()


def _behind(seconds: float) -> Callable[..., Awaitable[None]]:
    async def set_behind(grafana: Grafana, _: Options | None = None) -> None:
        grafana.asking.behind = seconds

    return set_behind


STOPPED = Fault(_stop, _start)
FAULTS: dict[str, dict[str, Fault]] = {
    "service": {"stopped": STOPPED, **SERVICE},
    "kong": {"stopped": STOPPED, **KONG},
    "grafana": {
        "stopped": STOPPED,
        "database-failing": Fault(_database(True), _database(False)),
        "caches": Fault(_behind(60), _behind(0)),
        "credentials-refused": Fault(_credentials(True), _credentials(False)),
        "imported-by-hand": Fault(_import, _provision, Title),
    },
    "receivers": {
        "stopped": STOPPED,
        "refuses": Fault(_refuse, _take, Channel),
        "mail-stopped": Fault(_stop_mail, _start_mail),
    },
}


class Faults:
    """Which stand-in is broken how; one fault a stand-in."""

    def __init__(self, standins: dict[str, StandIn]) -> None:
        self._standins = standins
        self.current: dict[str, str | None] = dict.fromkeys(standins)

    def standin(self, target: str) -> StandIn:
        """The stand-in of this name. Raises UsageError."""
        try:
            return self._standins[target]
        except KeyError:
            known = ", ".join(self._standins)
            raise UsageError(f"no stand-in is called {target}", expected=f"one of {known}") from None

    def reload(self, target: str, declarative: str) -> None:
        """Give a Kong node another declarative file. Raises UsageError where it is none, or refuses."""
        self._kong(target).reload(declarative)

    def set_clock(self, target: str, at: float | None) -> None:
        """Let a Kong node's clock stand at a time. Raises UsageError where it is none."""
        self._kong(target).node.clock.stand(at)

    def _kong(self, target: str) -> Kong:
        standin = self.standin(target)
        if standin.kind != "kong":
            raise UsageError(f"{target} is no node of Kong")
        return cast("Kong", standin)

    async def set(self, target: str, name: str, options: dict[str, JsonValue]) -> None:
        """Break a stand-in; an earlier fault of it is mended first. Raises UsageError."""
        standin = self.standin(target)
        known = FAULTS[standin.kind]
        if name not in known:
            raise UsageError(f"{target} has no fault {name}", expected=f"one of {', '.join(known)}")
        fault = known[name]
        try:
            given = fault.options.model_validate(options)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "options"
            raise UsageError(f"fault {name}: {where}: {first['msg']}") from None
        await self.clear(target)
        await fault.breaks(standin, given)
        self.current[target] = name

    async def clear(self, target: str) -> None:
        """Mend a stand-in. Raises UsageError where it is unknown, OSError where its port is taken."""
        standin = self.standin(target)
        name = self.current[target]
        if name is not None:
            await FAULTS[standin.kind][name].mends(standin)
            self.current[target] = None

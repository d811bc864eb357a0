"""The ways in which a stand-in can be broken. A new one is an entry in FAULTS, nothing more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from atalaia.errors import UsageError
from sandbox.standins.services.behaviour import HEALTHY, Behaviour

if TYPE_CHECKING:  # a process loads only what it serves
    from sandbox.standins.grafana.standin import Grafana
    from sandbox.standins.kong.standin import Kong
    from sandbox.standins.services.service import Service

    StandIn = Service | Kong | Grafana


class Options(BaseModel):
    """What a fault takes: nothing, as it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Delay(Options):
    """For `slow`."""

    seconds: Annotated[float, Field(gt=0, le=3600)]


@dataclass(frozen=True)
class Fault:
    """How to break a stand-in, and how to mend it again."""

    breaks: Callable[[Any, Any], Awaitable[None]]
    mends: Callable[[Any], Awaitable[None]]
    options: type[Options] = Options


async def _stop(standin: StandIn, _: Options) -> None:
    for server in standin.servers:
        await server.stop()


async def _start(standin: StandIn) -> None:
    for server in standin.servers:
        await server.start()


def _behaviour(behaviour: Callable[[Any], Behaviour], options: type[Options] = Options) -> Fault:
    """A fault that changes how a service answers."""

    async def breaks(service: Service, given: Options) -> None:
        service.behave(behaviour(given))

    async def mends(service: Service) -> None:
        service.behave(HEALTHY)

    return Fault(breaks, mends, options)


def _database(failing: bool) -> Callable[..., Awaitable[None]]:
    async def set_failing(grafana: Grafana, _: Options | None = None) -> None:
        grafana.database_failing = failing

    return set_failing


def _workers(ready: bool) -> Callable[..., Awaitable[None]]:
    async def set_ready(kong: Kong, _: Options | None = None) -> None:
        kong.node.workers_ready = ready

    return set_ready


STOPPED = Fault(_stop, _start)
FAULTS: dict[str, dict[str, Fault]] = {
    "service": {
        "stopped": STOPPED,
        "hang": _behaviour(lambda _: Behaviour(hang=True)),
        "health-500": _behaviour(lambda _: Behaviour(health_status=500)),
        "health-down": _behaviour(lambda _: Behaviour(health_down=True)),
        "slow": _behaviour(lambda delay: Behaviour(health_delay=delay.seconds), Delay),
    },
    "kong": {"stopped": STOPPED, "not-ready": Fault(_workers(False), _workers(True))},
    "grafana": {"stopped": STOPPED, "database-failing": Fault(_database(True), _database(False))},
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
        standin = self.standin(target)
        if standin.kind != "kong":
            raise UsageError(f"{target} has no declarative configuration")
        cast("Kong", standin).reload(declarative)

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
            where = ".".join(map(str, first["loc"]))
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

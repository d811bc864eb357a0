"""The ways in which a node of Kong can be broken, beside being stopped."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from sandbox.standins.fault import Fault, Options, behaviour
from sandbox.standins.kong.behaviour import HEALTHY, Added, Behaviour, JwtFlaw


class Networks(Options):
    """For `trusted-ips`."""

    networks: tuple[str, ...] = ("0.0.0.0/0", "::/0")
    recursive: bool = True
    """Skip every trusted entry from the right: with all of them trusted, the first one is believed."""

    @field_validator("networks")
    @classmethod
    def _each_is_one(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network, strict=False)
        return networks


class Flaw(Options):
    """For `jwt-lenient`."""

    accept: JwtFlaw


class Shift(Options):
    """For `reset-wrong`."""

    seconds: Annotated[int, Field(ge=1, le=3600)] = 7


class Late(Options):
    """For `burst`."""

    milliseconds: Annotated[float, Field(gt=0, le=60_000)] = 300


class Dropped(Options):
    """For `header-dropped`."""

    header: str
    status: Annotated[int, Field(ge=200, le=599)] | None = None


class Health(Options):
    """For `metrics-health`."""

    health: Literal["HEALTHY", "UNHEALTHY"] = "UNHEALTHY"


class AddedRoute(Options):
    """A route for `entities`."""

    name: str
    path: Annotated[str, Field(pattern="^~?/")]
    service: str


class Entities(Options):
    """For `entities`."""

    hide: str = ""
    add: AddedRoute | None = None
    really: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.hide and self.add is None:
            raise ValueError("hide or add a route")
        return self


def _entities(given: Entities) -> Behaviour:
    added = Added(**given.add.model_dump()) if given.add else None
    return Behaviour(hidden=given.hide, added=added, really=given.really)


FAULTS: dict[str, Fault] = {
    "not-ready": behaviour(lambda _: Behaviour(workers_ready=False), HEALTHY),
    "trusted-ips": behaviour(
        lambda given: Behaviour(trusted_ips=given.networks, recursive=given.recursive),
        HEALTHY,
        Networks,
    ),
    "late-limiter": behaviour(lambda _: Behaviour(late_limiter=True), HEALTHY),
    "late-jwt": behaviour(lambda _: Behaviour(late_jwt=True), HEALTHY),
    "limiter-sticks": behaviour(lambda _: Behaviour(limiter_sticks=True), HEALTHY),
    "reset-wrong": behaviour(lambda given: Behaviour(reset_shift=given.seconds), HEALTHY, Shift),
    "burst": behaviour(lambda given: Behaviour(count_delay=given.milliseconds / 1000), HEALTHY, Late),
    "jwt-lenient": behaviour(lambda given: Behaviour(accepts=given.accept), HEALTHY, Flaw),
    "correlation-dropped": behaviour(lambda _: Behaviour(correlation_dropped=True), HEALTHY),
    "header-dropped": behaviour(
        lambda given: Behaviour(dropped=given.header, dropped_status=given.status), HEALTHY, Dropped
    ),
    "counts-nothing": behaviour(lambda _: Behaviour(counts=False), HEALTHY),
    "metrics-health": behaviour(lambda given: Behaviour(metrics_health=given.health), HEALTHY, Health),
    "entities": behaviour(_entities, HEALTHY, Entities),
}

"""The ways in which a service can be broken, beside being stopped."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sandbox.standins.fault import Fault, Options, behaviour
from sandbox.standins.services.behaviour import HEALTHY, Behaviour, CookieAttribute, Purpose
from sandbox.standins.services.pages import PageFlaw


class Place(Options):
    """For `hang`."""

    path: Annotated[str, Field(pattern=r"^(/\S*)?$")] = ""
    """The only one whose requests are not answered; empty: all."""


class Delay(Options):
    """For `slow`."""

    seconds: Annotated[float, Field(gt=0, le=3600)]


class Header(Options):
    """For `sends-header`."""

    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
    value: Annotated[str, Field(pattern=r"^[^\r\n]*$")]
    twice: bool = False
    """Beside the service's own header of that name, not in its place."""


class Cookie(Options):
    """For `cookie-open`."""

    without: CookieAttribute = "HttpOnly"


class Lifetime(Options):
    """For `token-lifetime`."""

    seconds: Annotated[int, Field(ge=1, le=10 * 365 * 24 * 3600)]
    token: Purpose = "access"


class Page(Options):
    """For `page`."""

    flaw: PageFlaw


class Limit(Options):
    """For `limits-too`."""

    requests: Annotated[int, Field(ge=0)] = 3


FAULTS: dict[str, Fault] = {
    "hang": behaviour(lambda place: Behaviour(hang=True, hangs_at=place.path), HEALTHY, Place),
    "health-500": behaviour(lambda _: Behaviour(health_status=500), HEALTHY),
    "health-down": behaviour(lambda _: Behaviour(health_down=True), HEALTHY),
    "slow": behaviour(lambda delay: Behaviour(health_delay=delay.seconds), HEALTHY, Delay),
    "sends-header": behaviour(
        lambda given: Behaviour(sends=((given.header, given.value),), twice=given.twice), HEALTHY, Header
    ),
    "powered-by": behaviour(lambda _: Behaviour(sends=(("X-Powered-By", "Express"),)), HEALTHY),
    "cors-too": behaviour(lambda _: Behaviour(reflects_origin=True), HEALTHY),
    "cookie-open": behaviour(lambda given: Behaviour(cookie_without=given.without), HEALTHY, Cookie),
    "foreign-tenant-accepted": behaviour(lambda _: Behaviour(any_tenant=True), HEALTHY),
    "token-lifetime": behaviour(
        lambda given: Behaviour(lifetimes=((given.token, given.seconds),)), HEALTHY, Lifetime
    ),
    "limits-too": behaviour(lambda given: Behaviour(limit=given.requests), HEALTHY, Limit),
    "tells-traces": behaviour(lambda _: Behaviour(tells_traces=True), HEALTHY),
    "counts-nothing": behaviour(lambda _: Behaviour(counts=False), HEALTHY),
    "page": behaviour(lambda given: Behaviour(page=given.flaw), HEALTHY, Page),
    "page-slow": behaviour(lambda delay: Behaviour(page_delay=delay.seconds), HEALTHY, Delay),
    "not-compressed": behaviour(lambda _: Behaviour(compresses=False), HEALTHY),
}

"""How a service misbehaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.standins.http.message import Request, Response
from sandbox.standins.services.pages import PageFlaw

Purpose = Literal["access", "refresh"]
"""What a token is for."""
CookieAttribute = Literal["HttpOnly", "Secure", "SameSite"]


@dataclass(frozen=True)
class Behaviour:
    """As it stands: not at all."""

    hang: bool = False
    """Read requests, never answer."""
    hangs_at: str = ""
    """Only those of this path; empty: all."""
    health_status: int | None = None
    """Answer this for health documents."""
    health_down: bool = False
    """Say DOWN with status 200."""
    health_delay: float = 0.0
    """Seconds that a health document waits."""
    sends: tuple[tuple[str, str], ...] = ()
    """Headers on every answer, in the place of the service's own."""
    twice: bool = False
    """`sends` come beside the service's own headers of those names."""
    reflects_origin: bool = False
    """Every origin may read every answer, with the user's cookies, whatever the gateway says."""
    cookie_without: CookieAttribute | None = None
    """The login's cookie lacks this attribute."""
    any_tenant: bool = False
    """Data of the clinic that the request asks for, whosever the token is."""
    lifetimes: tuple[tuple[Purpose, int], ...] = ()
    """Seconds that tokens are good for, where not as declared."""
    limit: int | None = None
    """Answer 429 after so many API requests of a client."""
    compresses: bool = True
    """Compress long answers for those who accept it."""
    page: PageFlaw | None = None
    """What is wrong with its page of metrics."""
    page_delay: float = 0.0
    """Seconds that the page waits."""
    counts: bool = True
    """Requests are in its metrics."""
    tells_traces: bool = False
    """Refusals tell where in the code they were decided."""


HEALTHY = Behaviour()


def misbehave(behaviour: Behaviour, request: Request, response: Response) -> None:
    """Give an answer the headers that it should not have."""
    unwanted = list(behaviour.sends)
    if behaviour.reflects_origin:
        origin = request.header("origin") or "*"
        unwanted += [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")]
    if not behaviour.twice:
        names = {name.lower() for name, _ in unwanted}
        response.headers = [header for header in response.headers if header[0].lower() not in names]
    response.headers += unwanted

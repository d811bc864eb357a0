"""Http probes of what the checks look at: the same requests, as probes send them."""

from __future__ import annotations

from atalaia.exchange.observable import HttpRequest
from probes.expected import ANYTHING_GOOD, Expected
from probes.kinds.http import Http
from probes.planning import instances
from probes.planning.draft import Draft


def asked(
    name: str,
    request: HttpRequest,
    expected: Expected = ANYTHING_GOOD,
    *,
    health: bool = False,
    group: str = "",
    costs_known: bool = True,
) -> Draft:
    """The probe that sends a request, to the hop and at the costs that it names."""
    http = Http(request.sends, expected, health=health)
    return Draft(
        name,
        "http",
        instances.of_request(http.request),
        request.hop,
        http,
        costs=request.costs,
        costs_known=costs_known,
        group=group,
    )

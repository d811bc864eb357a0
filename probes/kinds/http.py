"""One HTTP request over a fresh connection: its phases, its answer, and whether that is as it must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.exchange.answering import answered_by
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.exchange.scrub import cut, scrub_body, scrub_headers
from atalaia.exchange.step import Step
from atalaia.exchange.timed import Timed, send
from atalaia.exchange.told import told_headers
from atalaia.exchange.trust import verifying
from probes import facts
from probes.answers import judge
from probes.expected import ANYTHING_GOOD, Expected
from probes.fan_out import over_addresses
from probes.model import Attempt, Planned, Reason
from probes.refused import look_at_refused

_SHOWN = 2**10
"""Characters of a body that are shown."""


ENDS_IN_TIME = True
"""All that it waits for is within the network's deadline."""


@dataclass(frozen=True)
class Http:
    """Parameters of an http probe."""

    request: Request
    expected: Expected = ANYTHING_GOOD
    health: bool = False
    """Whether the body must not claim to be down, as a service's health document may with a 200."""
    fan_out: bool = False
    """Whether every address of the name is asked …"""
    quorum: int | None = None
    """… and how many must do; None: all."""


def prepare(planned: Iterable[Planned], network: Network) -> None:
    """Read the authorities to trust, where any of these needs them. Raises UsageError."""
    if any(each.parameters.request.url.tls for each in planned):
        verifying(network.ca)


async def probe(planned: Planned, network: Network) -> Attempt:
    """Send the request, and judge the answer."""
    http: Http = planned.parameters
    if http.fan_out:
        return await over_addresses(
            http.request.url.host, network, lambda each: _probe(http, planned.hop, each), quorum=http.quorum
        )
    return await _probe(http, planned.hop, network)


async def _probe(http: Http, hop: Hop, network: Network) -> Attempt:
    request = http.request
    step = Step.first(request, network)
    timed = await send(step, network, follow_redirects=request.follow_redirects)
    wrong = judge(timed, http.expected, health=http.health)
    found = facts.of_answer(timed)
    if http.expected.body is not None or http.expected.headers:
        found["probe_failed_due_to_regex"] = float(
            any(each.reason in {Reason.BODY, Reason.HEADER} for each in wrong)
        )
    if timed.refused:
        why, looked = await look_at_refused(step.url, timed, network, wrong[0])
        wrong, found = (why,), found | looked
    return Attempt(
        success=not wrong,
        reason=wrong[0].reason if wrong else None,
        detail="; ".join(each.detail for each in wrong),
        started=timed.started,
        duration=timed.elapsed,
        phases=timed.phases,
        facts=found,
        information=facts.about_tls(timed.tls) if timed.tls else {},
        shown=_shown(request, hop, step, timed),
    )


def _shown(request: Request, hop: Hop, step: Step, timed: Timed) -> Mapping[str, Any]:
    """What was sent and seen, without what would let its reader in."""
    seen: dict[str, Any] = {
        "request": {
            "method": request.method,
            "url": step.url.origin + step.target.partition("?")[0],
            "headers": told_headers(request),
            "id": step.header("X-Request-ID"),
        },
        "address": timed.address,
    }
    response = timed.response
    if response is not None:
        seen["response"] = {
            "status": response.status,
            "headers": scrub_headers(response.headers),
            "body": _beginning(response.body),
            "answered_by": answered_by(hop, response).value,
        }
    return seen


def _beginning(body: bytes) -> str:
    # No character has more than four bytes.
    return cut(scrub_body(body)[: 4 * _SHOWN + 1].decode("utf-8", "replace"), _SHOWN)

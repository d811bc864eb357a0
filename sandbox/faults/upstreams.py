"""Faults of what is behind the gateway."""

from __future__ import annotations

import json

from atalaia.errors import NotMeasured
from sandbox.faults.edits import Edit
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import kong, standin, together
from sandbox.readiness import get_json, until
from sandbox.running import Sandbox

_BOTH = ("kong-1", "kong-2")
_TARGET = r"^( *)(- target: .*\n *weight: 100\n)"


def _targets(name: str, description: str, state: str, *edits: Edit) -> Fault:
    """Both nodes with other targets; it is there once both see a target in that state."""
    loaded = kong(name, _BOTH, description, *edits)

    async def apply(sandbox: Sandbox) -> None:
        await loaded.apply(sandbox)
        ports = (sandbox.ports.kong_1_admin, sandbox.ports.kong_2_admin)

        async def seen() -> bool:
            paths = "/upstreams/conversations.upstream/health"
            return all([f'"{state}"' in json.dumps(await get_json(port, paths)) for port in ports])

        if not await until(seen, 40):
            raise NotMeasured(f"no node took a target for {state}", where=sandbox.id)

    return Fault(name, loaded.changes, description, apply, loaded.revert)


_DEAD = "/api/v1/dead-upstream"
MUTE = (
    standin("", "standins", "health-service", "hang", "", path=_DEAD),
    kong(
        "",
        _BOTH,
        "",
        (
            r"(name: health-service\n *url: )(\S+)((?s:.*?)name: dead-upstream\n *url: )\S+",
            r"\1\2\3\2",
        ),
    ),
)
"""Behind the dead route is somebody who takes its requests and never answers."""

FAULTS = (
    together(
        "dead-upstream-hangs",
        Changes.FILE,
        "kong.yml leads the dead route to a service that takes its requests and never answers: Kong waits "
        "5 s for it, twice",
        *MUTE,
    ),
    kong(
        "upstream-timeouts-default",
        _BOTH,
        "kong.yml leaves the calendar service's timeouts to Kong: 60 s each",
        (
            r"^(  - name: google-calendar-service\n *url: .*\n)(?: *\w+_timeout: .*\n)+",
            r"\1",
        ),
    ),
    kong(
        "dead-upstream-lives",
        ("kong-2",),
        "somebody answers on the second node's route to a dead upstream",
        (
            r"(name: health-service\n *url: )(\S+)((?s:.*?)name: dead-upstream\n *url: )\S+",
            r"\1\2\3\2",
        ),
    ),
    _targets(
        "upstream-unhealthy",
        "one of two targets of the conversation service does not run",
        "UNHEALTHY",
        (_TARGET, r"\1\2\1- target: 127.0.0.1:1\n"),
    ),
    _targets(
        "upstream-unchecked",
        "the conversation service's upstream is not checked",
        "HEALTHCHECKS_OFF",
        (r"interval: [\d.]+", "interval: 0"),
    ),
    _targets(
        "upstream-unresolved",
        "one of two targets of the conversation service has a name that nobody knows",
        "DNS_ERROR",
        (_TARGET, r"\1\2\1- target: conversations.invalid:3005\n"),
    ),
)

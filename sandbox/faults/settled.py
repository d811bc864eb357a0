"""Whether a sandbox has come to rest: what a fault's revert waits for."""

from __future__ import annotations

import asyncio
from typing import cast

from atalaia.errors import NotMeasured
from sandbox.readiness import answers, get_json, until
from sandbox.running import Sandbox
from sandbox.servers.haproxy import statistics
from sandbox.services import SERVICES

_SECONDS = 60.0
"""Some take a second or two; many times as long, for a machine that is busy."""


async def settled(sandbox: Sandbox) -> None:
    """Wait until every service is well, and HAProxy and Kong have found that out. Raises NotMeasured."""
    if not await until(lambda: services_are_well(sandbox), _SECONDS):
        raise NotMeasured("the services did not recover from the fault", where=sandbox.id)
    if not await until(lambda: _servers_are_up(sandbox), _SECONDS):
        raise NotMeasured("HAProxy did not find all servers up after the fault", where=sandbox.id)
    if not await until(lambda: _upstreams_are_healthy(sandbox), _SECONDS):
        raise NotMeasured("Kong did not find all upstream targets healthy after the fault", where=sandbox.id)
    # What went down in a fault is not a server that flaps.
    await sandbox.haproxy("clear counters all")


async def services_are_well(sandbox: Sandbox) -> bool:
    """Whether all eight services answer 200 on /health."""
    ports = [getattr(sandbox.blueprint.ports, service.port) for service in SERVICES]
    return all(await asyncio.gather(*(answers(port, "/health") for port in ports)))


async def _servers_are_up(sandbox: Sandbox) -> bool:
    servers = (await statistics(sandbox.blueprint)).servers
    return bool(servers) and all(server.status == "UP" for server in servers)


async def _upstreams_are_healthy(sandbox: Sandbox) -> bool:
    """Whether both nodes of Kong take every target of an upstream for healthy."""
    for port in (sandbox.ports.kong_1_admin, sandbox.ports.kong_2_admin):
        for upstream in await _entities(port, "/upstreams"):
            targets = await _entities(port, f"/upstreams/{upstream['id']}/health")
            if any(target["health"] != "HEALTHY" for target in targets):
                return False
    return True


async def _entities(port: int, path: str) -> list[dict[str, str]]:
    """The first page of a list of the Admin API; the sandbox fits on it."""
    return cast("dict[str, list[dict[str, str]]]", await get_json(port, path))["data"]

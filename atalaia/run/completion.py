"""What an environment leaves out is asked of its gateway before anything is planned."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from filelock import FileLock

from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.errors import NotMeasured
from atalaia.exchange.hop import Hop
from atalaia.run.network import network_of
from atalaia.systems.kong.admin.client import read_list
from atalaia.systems.kong.admin.model import AdminList
from atalaia.systems.kong.completion import completed
from atalaia.systems.kong.given import given_of

_LISTS = {"services": "", "routes": "", "plugins": "", "upstreams": "targets"}
"""Kind → the list below each of its entities."""


def complete(environment: Environment, directory: Path | None = None) -> Environment:
    """The environment with its routes: its own, else its declarative file's, else the live gateway's.

    What the gateway says is kept in the run's `directory`, so that all processes of a run plan the same.
    Raises NotMeasured where routes can come from the live gateway only, and it does not tell them.
    """
    if environment.routes or environment.gateway is None:
        return environment
    if environment.gateway_file is None:
        environment = environment.completed(_live(environment, directory))
    return completed(environment, given_of(environment))


def _live(environment: Environment, directory: Path | None) -> GatewayFile:
    assert environment.gateway is not None
    address = environment.gateway.nodes[0].admin
    if directory is None:
        return GatewayFile(asyncio.run(_lists(environment)), str(address), live=True)
    directory.mkdir(parents=True, exist_ok=True)
    kept = directory / "gateway.json"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            partial = kept.with_suffix(".partial")
            partial.write_text(asyncio.run(_lists(environment)))
            os.replace(partial, kept)
        return GatewayFile(kept.read_text(), str(address), live=True)


async def _lists(environment: Environment) -> str:
    assert environment.gateway is not None
    network = network_of(environment, None, "")
    url = environment.gateway.nodes[0].admin
    found: dict[str, object] = {}
    for kind, below in _LISTS.items():
        seen = await read_list(
            AdminList(key=f"{kind} before the plan", hop=Hop.GATEWAY, url=url, path=f"/{kind}", below=below),
            network,
        )
        if seen.failure:
            raise NotMeasured(
                "neither environment nor declarative file names routes, and the gateway tells none",
                where=f"{url}/{kind}",
                observed=str(seen.failure),
                hint="declare `routes` or `gateway.declarative`, or see to what the Admin API answers",
            )
        found[kind] = seen.documents
        if below:
            found[below] = seen.below
    return json.dumps(found)

"""Faults of the running Prometheus: it works with other files, or another flag, than it is meant to."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import yaml

from atalaia.environment.units import parse_duration
from atalaia.errors import NotMeasured
from sandbox import launch
from sandbox.environment import write_declared
from sandbox.faults.edits import edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.settled import settled
from sandbox.process import Command
from sandbox.readiness import get_json, until
from sandbox.record import read, write_private
from sandbox.running import Sandbox
from sandbox.servers.prometheus import Prometheus

FileEdit = tuple[str, str, str]
"""A file of Prometheus' directory, a regular expression (see `edits.Edit`), and what to put in its place."""

_SECONDS = 90.0
"""Prometheus looks for other scrape targets every 5 s, and hands them to its scrapers every 5 s; longer
for a machine that is busy."""
_SOON = 5.0
"""Seconds; a job or group of a longer interval is not waited for, nor what is stale for longer."""
_CONFIGURATION = "prometheus.yml"


def prometheus(name: str, description: str, *edits: FileEdit) -> Fault:
    """Prometheus runs with other files (`prometheus.yml`, `rules/slis.yml`) than it is meant to.

    What it is meant to run with stays as it is. `apply` returns once everything that is scraped, and every
    rule, has been scraped and evaluated with the new files; `revert` once everything is up again.
    """

    async def apply(sandbox: Sandbox) -> None:
        _edit(sandbox.blueprint.home("prometheus"), edits)
        await _load(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        sandbox.render("prometheus")
        await _load(sandbox)
        await _recovered(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


def prometheus_file(name: str, description: str, *edits: FileEdit) -> Fault:
    """Prometheus runs with other files, and is meant to: what is wrong stands in the files themselves."""
    running = prometheus(name, description, *edits)

    async def apply(sandbox: Sandbox) -> None:
        _edit(sandbox.blueprint.declared / "prometheus", edits)
        await running.apply(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        write_declared(sandbox.blueprint)
        await running.revert(sandbox)

    return Fault(name, Changes.FILE, description, apply, revert)


def _edit(directory: Path, edits: tuple[FileEdit, ...]) -> None:
    for file, pattern, replacement in edits:
        path = directory / file
        write_private(path, edited(path.read_text(), ((pattern, replacement),)))


def prometheus_flag(name: str, description: str, flag: str, value: str) -> Fault:
    """Prometheus was started with another value for one of its flags: `--storage.tsdb.retention.time`."""

    class Changed(Prometheus):
        def command(self) -> Command:
            command = super().command()
            argv = tuple(re.sub(rf"^{flag}=.*", f"{flag}={value}", argument) for argument in command.argv)
            if argv == command.argv:
                raise ValueError(f"a fault finds nothing to change: {flag}")
            return Command(argv, command.home, command.log, command.environment, command.account)

    async def apply(sandbox: Sandbox) -> None:
        await sandbox.stop("prometheus")
        await launch.start_one(read(sandbox.directory), Changed(sandbox.blueprint))
        await _recovered(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        await sandbox.restart("prometheus")
        await _recovered(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


async def _load(sandbox: Sandbox) -> None:
    """Let it read its files, and wait until it has worked with them."""
    since = time.time()
    await sandbox.reload("prometheus")
    if not await until(lambda: _works_since(sandbox, since), _SECONDS, every=0.2):
        raise NotMeasured(f"did not work with its new files within {_SECONDS:g} s", where="prometheus")


async def _works_since(sandbox: Sandbox, since: float) -> bool:
    targets = await _active(sandbox)
    if Counter(target["labels"]["instance"] for target in targets) != _declared_targets(sandbox):
        return False
    # It looks for Alertmanagers anew, too, and has none meanwhile.
    if len((await _api(sandbox, "alertmanagers"))["activeAlertmanagers"]) != _declared_alertmanagers(sandbox):
        return False
    rules = await _api(sandbox, "rules")
    done = [
        (parse_duration(target["scrapeInterval"]).total_seconds(), target["lastScrape"]) for target in targets
    ]
    done += [(group["interval"], group["lastEvaluation"]) for group in rules["groups"]]
    return all(interval > _SOON or _unix(when) > since for interval, when in done)


async def _recovered(sandbox: Sandbox) -> None:
    """Everything is up, and nothing else is known of any more."""
    await sandbox.wait_until_scraped(_SECONDS)
    await settled(sandbox)
    if not await until(lambda: _only_up(sandbox), _SOON, every=0.2):
        await _forget(sandbox)


async def _forget(sandbox: Sandbox) -> None:
    """Let it begin with nothing: series of a job that is gone stay for five minutes, as if still scraped."""
    await sandbox.stop("prometheus")
    shutil.rmtree(sandbox.blueprint.home("prometheus") / "data")
    await sandbox.start("prometheus")
    await sandbox.wait_until_scraped(_SECONDS)


async def _only_up(sandbox: Sandbox) -> bool:
    """Whether `up` is 1 for all that it scrapes, and has no series of what it does not scrape."""
    found, targets = await asyncio.gather(_api(sandbox, "query?query=up"), _active(sandbox))
    values = [series["value"][1] for series in found["result"]]
    return len(values) == len(targets) and set(values) == {"1"}


def _declared_targets(sandbox: Sandbox) -> Counter[str]:
    """The addresses in the file that it runs with."""
    return Counter(_addresses(_configuration(sandbox)["scrape_configs"]))


def _declared_alertmanagers(sandbox: Sandbox) -> int:
    alerting = _configuration(sandbox).get("alerting") or {}
    return len(set(_addresses(alerting.get("alertmanagers") or ())))


def _addresses(configurations: Iterable[dict[str, Any]]) -> list[str]:
    groups = [group for one in configurations for group in one.get("static_configs", ())]
    return [address for group in groups for address in group["targets"]]


def _configuration(sandbox: Sandbox) -> dict[str, Any]:
    text = (sandbox.blueprint.home("prometheus") / _CONFIGURATION).read_text()
    return cast("dict[str, Any]", yaml.safe_load(text))


async def _active(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await _api(sandbox, "targets?state=active"))["activeTargets"]
    return found


async def _api(sandbox: Sandbox, path: str) -> dict[str, Any]:
    document = cast("dict[str, dict[str, Any]]", await get_json(sandbox.ports.prometheus, f"/api/v1/{path}"))
    return document["data"]


def _unix(when: str) -> float:
    return datetime.fromisoformat(when).timestamp()

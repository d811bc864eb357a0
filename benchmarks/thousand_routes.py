"""A thousand declared routes, planned and judged by the gateway suites, without using a limiter up.

python -m benchmarks.thousand_routes [--routes N]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

from atalaia.checks.catalogue import GATEWAY
from atalaia.environment import Effect
from atalaia.environment.loader import load
from atalaia.run.case import Cases, closure
from atalaia.run.once import execute_once
from sandbox import launcher
from sandbox.record import write_private
from sandbox.running import Sandbox
from sandbox.standins.control import Reload

PROMISED = 60.0
"""Seconds."""
NODES = ("kong-1", "kong-2")


def main() -> int:
    """Print what it took; 1 where it took longer than was promised, or a route failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routes", type=int, default=1000)
    wanted: int = parser.parse_args().routes
    sandbox = launcher.up()
    try:
        declare(sandbox, wanted)
        environment = load(sandbox.environment_file, os.environ)
        checks = [check for check in GATEWAY if check.effect is Effect.READS]
        with tempfile.TemporaryDirectory() as directory:
            begun, busy = time.monotonic(), time.process_time()
            results = asyncio.run(execute_once(environment, checks, Path(directory) / "run"))
            took, busy = time.monotonic() - begun, time.process_time() - busy
    finally:
        launcher.down(directory=sandbox.directory)
    built = Cases(environment)
    planned = closure(case for check in checks for case in built.of(check))
    observed = len({seen.key for case in planned for seen in case.observables})
    counted = Counter(str(result.outcome) for result in results)
    print(f"{len(environment.routes)} routes, {len(checks)} checks, {len(results)} cases: {dict(counted)}")
    print(f"{observed} observations; planned and judged in {took:.1f} s; promised: {PROMISED:.0f} s")
    print(f"{busy:.1f} s of processor time in this process; the sandbox' own comes on top")
    for result in [each for each in results if each.outcome.value in ("failed", "inconclusive")][:10]:
        print(f"{result.identity}: {result.reason} {[finding.observed for finding in result.findings][:2]}")
    return int(took > PROMISED or counted["failed"] + counted["inconclusive"] + counted["blocked"] > 0)


def declare(sandbox: Sandbox, routes: int) -> None:
    """Add so many routes to lists of the user service to its gateway's file, and to the environment."""
    file = sandbox.blueprint.kong_file
    declarative = yaml.safe_load(file.read_text())
    users = next(service for service in declarative["services"] if service["name"] == "user-service")
    pattern = next(route for route in users["routes"] if route["name"] == "users")
    plugins = [plugin for plugin in pattern.get("plugins", ()) if plugin["name"] != "rate-limiting"]
    environment = yaml.safe_load(sandbox.environment_file.read_text())
    classes, declared = environment["route_classes"], environment["routes"]
    classes["many"] = {key: value for key, value in classes["api"].items() if key != "limit"}
    many = {**users, "name": "many-lists", "url": users["url"].rstrip("/") + "/api/v1/users", "routes": []}
    declarative["services"].append(many)
    for number in range(routes - len(declared)):
        path = f"/api/v1/many/{number:04d}"
        route = {**pattern, "name": f"many-{number}", "paths": [f"~{path}$"], "strip_path": True}
        many["routes"].append({**route, "plugins": plugins})
        declared.append(
            {
                "path": path,
                "service": "user-service",
                "methods": pattern["methods"],
                "class": "many",
                "upstream_path": "/api/v1/users",
            }
        )
    write_private(file, yaml.safe_dump(declarative, sort_keys=False))
    write_private(sandbox.environment_file, yaml.safe_dump(environment, sort_keys=False))

    async def load_everywhere() -> None:
        for node in NODES:
            await sandbox.tell(node, Reload(target=node, declarative=file.read_text()))

    asyncio.run(load_everywhere())


if __name__ == "__main__":
    sys.exit(main())

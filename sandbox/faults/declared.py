"""Faults of what the monitoring is meant to run with, and runs with: the file itself is wrong."""

from __future__ import annotations

from sandbox.faults.edits import edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import together
from sandbox.faults.prometheus_means import FileEdit, prometheus
from sandbox.record import write_private
from sandbox.running import Sandbox


def meant(name: str, server: str, *edits: FileEdit) -> Fault:
    """Other files of a server's than it has, where the environment says what it is meant to run with."""

    async def apply(sandbox: Sandbox) -> None:
        for file, pattern, replacement in edits:
            path = sandbox.blueprint.declared / server / file
            write_private(path, edited(path.read_text(), ((pattern, replacement),)))

    async def revert(sandbox: Sandbox) -> None:
        sandbox.write_environment()

    return Fault(name, Changes.FILE, f"{server}'s declared files", apply, revert)


def prometheus_file(name: str, description: str, *edits: FileEdit) -> Fault:
    """Prometheus' files say something wrong, and that is what it runs with."""
    live = prometheus(name, description, *edits)
    return together(name, Changes.FILE, description, meant(name, "prometheus", *edits), live)

"""Faults of the running Alertmanager: it works with another configuration than it is meant to."""

from __future__ import annotations

from sandbox.faults.edits import Edit, edited
from sandbox.faults.fault import Changes, Fault
from sandbox.record import write_private
from sandbox.running import Sandbox


def alertmanager(name: str, description: str, *edits: Edit) -> Fault:
    """The Alertmanager runs with another `alertmanager.yml` than it is meant to, which stays as it is.

    `apply` and `revert` return once it has loaded its file.
    """

    async def apply(sandbox: Sandbox) -> None:
        path = sandbox.blueprint.home("alertmanager") / "alertmanager.yml"
        write_private(path, edited(path.read_text(), edits))
        await sandbox.reload("alertmanager")

    async def revert(sandbox: Sandbox) -> None:
        sandbox.render("alertmanager")
        await sandbox.reload("alertmanager")

    return Fault(name, Changes.LIVE, description, apply, revert)

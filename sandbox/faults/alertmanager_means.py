"""Faults of the Alertmanager's configuration: the running one only, or the file too."""

from __future__ import annotations

from sandbox.faults.declared import meant
from sandbox.faults.edits import Edit, edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import together
from sandbox.record import write_private
from sandbox.running import Sandbox

_FILE = "alertmanager.yml"


def alertmanager(name: str, description: str, *edits: Edit) -> Fault:
    """The Alertmanager runs with another configuration than the declared one."""

    async def apply(sandbox: Sandbox) -> None:
        path = sandbox.blueprint.home("alertmanager") / _FILE
        write_private(path, edited(path.read_text(), edits))
        await sandbox.reload("alertmanager")

    async def revert(sandbox: Sandbox) -> None:
        sandbox.render("alertmanager")
        await sandbox.reload("alertmanager")

    return Fault(name, Changes.LIVE, description, apply, revert)


def alertmanager_file(name: str, description: str, *edits: Edit) -> Fault:
    """The Alertmanager's configuration says something wrong, and that is what it runs with."""
    file = meant(name, "alertmanager", *((_FILE, *edit) for edit in edits))
    return together(name, Changes.FILE, description, file, alertmanager(name, description, *edits))

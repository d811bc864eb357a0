"""The means by which faults are made: one function each, every one with its way back."""

from __future__ import annotations

from pydantic import JsonValue

from sandbox.environment import environment_text
from sandbox.faults.edits import Edit, edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.settled import settled
from sandbox.record import write_private
from sandbox.running import Sandbox
from sandbox.standins.control import ClearFault, Reload, SetFault


def together(name: str, changes: Changes, description: str, *parts: Fault) -> Fault:
    """Several changes that make one fault; its `description` says all that they change."""

    async def apply(sandbox: Sandbox) -> None:
        for part in parts:
            await part.apply(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        for part in reversed(parts):
            await part.revert(sandbox)

    return Fault(name, changes, description, apply, revert)


def stopped(name: str, server: str, description: str) -> Fault:
    """A server that does not run."""

    async def apply(sandbox: Sandbox) -> None:
        await sandbox.stop(server)

    async def revert(sandbox: Sandbox) -> None:
        await sandbox.start(server)
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


def standin(
    name: str, process: str, target: str, fault: str, description: str, **options: JsonValue
) -> Fault:
    """A stand-in that misbehaves; `process` is the one it lives in."""

    async def apply(sandbox: Sandbox) -> None:
        await sandbox.tell(process, SetFault(target=target, fault=fault, options=options))

    async def revert(sandbox: Sandbox) -> None:
        await sandbox.tell(process, ClearFault(target=target))
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


def haproxy(name: str, description: str, *edits: Edit) -> Fault:
    """HAProxy, restarted with another configuration file."""

    async def apply(sandbox: Sandbox) -> None:
        path = sandbox.blueprint.home("haproxy") / "haproxy.cfg"
        write_private(path, edited(path.read_text(), edits))
        await sandbox.restart("haproxy")

    async def revert(sandbox: Sandbox) -> None:
        sandbox.render("haproxy")
        await sandbox.restart("haproxy")
        await settled(sandbox)

    return Fault(name, Changes.FILE, description, apply, revert)


def kong(name: str, nodes: tuple[str, ...], description: str, *edits: Edit) -> Fault:
    """Nodes of Kong with another declarative configuration; the file changes where all of them do."""
    everywhere = len(nodes) > 1

    async def load(sandbox: Sandbox, text: str) -> None:
        if everywhere:
            write_private(sandbox.blueprint.kong_file, text)
        for node in nodes:
            await sandbox.tell(node, Reload(target=node, declarative=text))

    async def apply(sandbox: Sandbox) -> None:
        await load(sandbox, edited(sandbox.blueprint.kong_file.read_text(), edits))

    async def revert(sandbox: Sandbox) -> None:
        for node in nodes:
            sandbox.render(node)
        await load(sandbox, sandbox.blueprint.kong_file.read_text())
        await settled(sandbox)

    return Fault(name, Changes.FILE if everywhere else Changes.LIVE, description, apply, revert)


def by_hand(name: str, nodes: tuple[str, ...], description: str, *edits: Edit) -> Fault:
    """Nodes of Kong with another configuration than kong.yml has, as somebody makes it over the Admin API."""

    async def load(sandbox: Sandbox, text: str) -> None:
        for node in nodes:
            await sandbox.tell(node, Reload(target=node, declarative=text))

    async def apply(sandbox: Sandbox) -> None:
        await load(sandbox, edited(sandbox.blueprint.kong_file.read_text(), edits))

    async def revert(sandbox: Sandbox) -> None:
        await load(sandbox, sandbox.blueprint.kong_file.read_text())
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


def kong_file(name: str, description: str, *edits: Edit) -> Fault:
    """A declarative file that no node has loaded, because none would take it."""

    async def apply(sandbox: Sandbox) -> None:
        file = sandbox.blueprint.kong_file
        write_private(file, edited(file.read_text(), edits))

    async def revert(sandbox: Sandbox) -> None:
        sandbox.render("kong-1")

    return Fault(name, Changes.FILE, description, apply, revert)


def intent(name: str, description: str, *edits: Edit) -> Fault:
    """An environment file that says something else than the stack does."""

    async def apply(sandbox: Sandbox) -> None:
        text = edited(environment_text(sandbox.blueprint), edits)
        write_private(sandbox.blueprint.environment_file, text)

    async def revert(sandbox: Sandbox) -> None:
        sandbox.write_environment()

    return Fault(name, Changes.INTENT, description, apply, revert)

"""Faults of Kong and its configuration."""

from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import intent, kong, standin
from sandbox.faults.settled import settled
from sandbox.running import Sandbox
from sandbox.standins.control import ClearFault, SetFault

_NODES = ("kong-1", "kong-2")


async def _stop_all(sandbox: Sandbox) -> None:
    for node in _NODES:
        await sandbox.tell(node, SetFault(target=node, fault="stopped"))


async def _start_all(sandbox: Sandbox) -> None:
    for node in _NODES:
        await sandbox.tell(node, ClearFault(target=node))
    await settled(sandbox)


FAULTS = (
    standin("kong-stopped", "kong-2", "kong-2", "stopped", "the second node of Kong does not run"),
    Fault("kong-all-stopped", Changes.LIVE, "no node of Kong runs", _stop_all, _start_all),
    standin(
        "kong-not-ready", "kong-2", "kong-2", "not-ready", "the second node's workers never become ready"
    ),
    kong("kong-empty", ("kong-2",), "the second node has an empty configuration", (r"(?s)\A.*\Z", "")),
    kong(
        "kong-nodes-differ",
        ("kong-2",),
        "the second node has another configuration than the first",
        (r"\Z", "\nconsumers: [{username: left-over}]\n"),
    ),
    intent(
        "kong-admin-elsewhere",
        "the environment's address of the second node's Admin API is Prometheus'",
        (r'(name: kong-2\n.*\n *admin: )"[^"]*"((?s:.*)\nprometheus:\n *url: )("[^"]*")', r"\1\3\2\3"),
    ),
)

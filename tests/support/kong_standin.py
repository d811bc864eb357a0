"""Kong's stand-in, with an upstream that does as a script says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import Reload, send_now
from tests.support.scripted_upstream import Script, scripted_upstream
from tests.support.standins import free_ports, running


@dataclass(frozen=True)
class Node:
    """A running node, and the ports of its listeners."""

    proxy: int
    admin: int
    status: int
    control: Path

    def load(self, declarative: str) -> None:
        """Give it another declarative file."""
        send_now(self.control, Reload(target="kong-1", declarative=declarative))


@contextmanager
def running_node(directory: Path) -> Iterator[Node]:
    """A node that trusts this machine's balancer, and knows the address of named.test only."""
    found = Node(*free_ports(3), directory / "c.sock")
    kong = KongConfig(
        node="kong-1", proxy_port=found.proxy, admin_port=found.admin, status_port=found.status,
        trusted_ips=("127.0.0.1",), names={"named.test": "127.0.0.1"},
    )  # fmt: skip
    with running(StandIns(control=found.control, kong=kong)):
        yield found


def to(port: int, *, host: str = "127.0.0.1", **service: object) -> str:
    """A declarative file with one service behind /."""
    given = json.dumps({"name": "s", "url": f"http://{host}:{port}", **service})[1:-1]
    return f'{{_format_version: "3.0", services: [{{{given}, routes: [{{name: r, paths: [/]}}]}}]}}'


@contextmanager
def upstream(node: Node, script: Script, **service: object) -> Iterator[None]:
    """The node's only service is this script."""
    with scripted_upstream(script) as port:
        node.load(to(port, **service))
        yield


def saying(answer: bytes) -> Script:
    """The script of an upstream that says the same to everybody."""
    return lambda connection, head: connection.sendall(answer)

"""Grafana's stand-in over deploy/grafana and a real Prometheus, and what is asked of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.deployed import grafana_files
from sandbox.ports import SEED_PORTS
from sandbox.render import general
from sandbox.secrets import generate
from sandbox.standins.config import GrafanaConfig, StandIns
from tests.support.prometheus import prometheus as running_prometheus
from tests.support.standins import PASSWORD, Answer, ask, free_ports, running

PORT, DEAD = free_ports(2)
"""Grafana's, and one where nobody listens."""
CREDENTIALS = ("Authorization", "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode())


@dataclass(frozen=True)
class StandIn:
    """The stand-in, and what it reads."""

    control: Path
    directory: Path
    prometheus: str
    """host:port"""

    def provision(self, prometheus: str) -> None:
        """Write its provisioning files with this address of Prometheus."""
        values = general(SEED_PORTS, generate(), lambda name: "127.0.0.1") | {"prometheus": prometheus}
        for name, text in grafana_files(values).items():
            (self.directory / name).parent.mkdir(parents=True, exist_ok=True)
            (self.directory / name).write_text(text)


@contextmanager
def running_standin(directory: Path, prometheus: Path) -> Iterator[StandIn]:
    """Grafana's stand-in over a real Prometheus, each with a directory of its own."""
    with running_prometheus(prometheus) as port:
        found = StandIn(directory / "c.sock", directory, f"127.0.0.1:{port}")
        found.provision(found.prometheus)
        grafana = GrafanaConfig(
            port=PORT,
            password=PASSWORD,
            provisioning=directory / "provisioning",
            variables={"DASHBOARDS": str(directory / "dashboards")},
        )
        with running(StandIns(control=found.control, grafana=grafana)):
            yield found


@contextmanager
def repointing(standin: StandIn) -> Iterator[Callable[[str], None]]:
    """Let the data source lead to another address; afterwards it leads to Prometheus again."""

    def repoint(address: str) -> None:
        standin.provision(address)
        assert post("/api/admin/provisioning/datasources/reload").status == 200

    try:
        yield repoint
    finally:
        repoint(standin.prometheus)


def get(path: str) -> Answer:
    """What it answers to its admin."""
    return ask(PORT, "GET", path, [CREDENTIALS])


def post(path: str, body: object = None, kind: str = "application/json") -> Answer:
    """What it answers its admin who posts bytes, or a document."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return ask(PORT, "POST", path, [CREDENTIALS, ("Content-Type", kind)], data)


def query(**others: object) -> dict[str, Any]:
    """A request for one query to the provisioned data source, over the last five minutes."""
    one = {"refId": "A", "datasource": {"uid": "prometheus"}, "intervalMs": 15000, "maxDataPoints": 100}
    return {"from": "now-5m", "to": "now", "queries": [one | others]}

"""The node exporter."""

from __future__ import annotations

from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers
from sandbox.servers.server import Server

_COLLECTORS = ("cpu", "filesystem", "loadavg", "meminfo", "stat", "time", "uname")


class NodeExporter(Server):
    """The node exporter with the collectors that the documents ask for: CPU, memory, disk."""

    name = "node-exporter"
    programs = (Program("prometheus-node-exporter", "prometheus-node-exporter"),)
    ports = ("node_exporter",)

    def command(self) -> Command:
        return self.run(
            f"--web.listen-address={self.listen('node_exporter')}",
            "--collector.disable-defaults",
            *(f"--collector.{name}" for name in _COLLECTORS),
        )

    async def ready(self) -> bool:
        return await answers(self.port("node_exporter"), "/metrics", containing=b"\nnode_cpu_seconds_total{")

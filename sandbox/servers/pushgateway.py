"""The Pushgateway."""

from __future__ import annotations

from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers
from sandbox.servers.server import Server


class Pushgateway(Server):
    """The Pushgateway, persisting to its own directory: Debian's persists to the machine's."""

    name = "pushgateway"
    programs = (Program("prometheus-pushgateway", "prometheus-pushgateway"),)
    ports = ("pushgateway",)

    def command(self) -> Command:
        return self.run(
            f"--web.listen-address={self.listen('pushgateway')}",
            f"--persistence.file={self.blueprint.home(self.name) / 'metrics'}",
        )

    async def ready(self) -> bool:
        return await answers(self.port("pushgateway"), "/-/ready")

"""Alertmanager."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.deployed import alertmanager_files
from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers, last_reload
from sandbox.servers.server import Server


class Alertmanager(Server):
    """The Alertmanager as users have it (deploy/alertmanager/), alone, without a cluster."""

    name = "alertmanager"
    programs = (Program("prometheus-alertmanager", "prometheus-alertmanager"),)
    ports = ("alertmanager",)

    def files(self, values: Mapping[str, str]) -> dict[str, str]:
        return alertmanager_files(values, str(self.blueprint.home(self.name) / "secrets"))

    def command(self) -> Command:
        home = self.blueprint.home(self.name)
        return self.run(
            f"--config.file={home / 'alertmanager.yml'}",
            f"--web.listen-address={self.listen('alertmanager')}",
            f"--storage.path={home / 'data'}",
            "--cluster.listen-address=",
        )

    async def ready(self) -> bool:
        return await answers(self.port("alertmanager"), "/-/ready")

    async def loaded(self) -> tuple[bool, str]:
        return await last_reload(self.port("alertmanager"), "alertmanager")

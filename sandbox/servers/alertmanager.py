"""Alertmanager."""

from __future__ import annotations

from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers, last_reload
from sandbox.servers.server import Server


class Alertmanager(Server):
    """Alertmanager alone, without a cluster."""

    name = "alertmanager"
    programs = (Program("prometheus-alertmanager", "prometheus-alertmanager"),)
    ports = ("alertmanager",)
    templates = {"alertmanager.yml": "alertmanager/alertmanager.yml"}  # noqa: RUF012 - a constant

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

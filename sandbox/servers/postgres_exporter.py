"""The PostgreSQL exporter."""

from __future__ import annotations

from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers
from sandbox.servers.server import Server


class PostgresExporter(Server):
    """The PostgreSQL exporter, logged in as a role that may only monitor."""

    name = "postgres-exporter"
    programs = (Program("prometheus-postgres-exporter", "prometheus-postgres-exporter"),)
    needs = ("postgres",)
    after = ("postgres",)
    ports = ("postgres_exporter",)

    def command(self) -> Command:
        return self.run(
            f"--web.listen-address={self.listen('postgres_exporter')}",
            environment={
                "DATA_SOURCE_URI": f"{self.listen('postgres')}/atendeai?sslmode=disable",
                "DATA_SOURCE_USER": "exporter",
                "DATA_SOURCE_PASS": self.blueprint.secrets.postgres_exporter,
            },
        )

    async def ready(self) -> bool:
        return await answers(self.port("postgres_exporter"), "/metrics", containing=b"\npg_up 1\n")

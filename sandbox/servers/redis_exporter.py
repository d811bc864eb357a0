"""The Redis exporter."""

from __future__ import annotations

from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers
from sandbox.servers.server import Server


class RedisExporter(Server):
    """The Redis exporter."""

    name = "redis-exporter"
    programs = (Program("prometheus-redis-exporter", "prometheus-redis-exporter"),)
    needs = ("redis",)
    after = ("redis",)
    ports = ("redis_exporter",)

    def command(self) -> Command:
        return self.run(
            f"-web.listen-address={self.listen('redis_exporter')}",
            f"-redis.addr=redis://{self.listen('redis')}",
            environment={"REDIS_PASSWORD": self.blueprint.secrets.redis},
        )

    async def ready(self) -> bool:
        return await answers(self.port("redis_exporter"), "/metrics", containing=b"\nredis_up 1\n")

"""Prometheus."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any, cast

from sandbox.deployed import prometheus_files
from sandbox.process import Command
from sandbox.programs import Program
from sandbox.readiness import answers, get_json, last_reload
from sandbox.servers.server import Server
from sandbox.services import SERVICES

_JOBS = {
    **{service.name: ("services", 1) for service in SERVICES},
    "kong": ("kong-1", 2),
    "haproxy": ("haproxy", 1),
    "postgres": ("postgres-exporter", 1),
    "redis": ("redis-exporter", 1),
    "node": ("node-exporter", 1),
    "pushgateway": ("pushgateway", 1),
    "alertmanager": ("alertmanager", 1),
    "prometheus": ("prometheus", 1),
}


class Prometheus(Server):
    """Prometheus as users have it (deploy/prometheus/), scraping everything else every second."""

    name = "prometheus"
    programs = (Program("prometheus", "prometheus"),)
    ports = ("prometheus",)

    def render(self, **overrides: str) -> None:
        """Write its configuration and its rules anew; rules that somebody added are gone."""
        rules = self.blueprint.home(self.name) / "rules"
        if rules.exists():
            shutil.rmtree(rules)
        super().render(**overrides)

    def files(self, values: Mapping[str, str]) -> dict[str, str]:
        return prometheus_files(values)

    def command(self) -> Command:
        home = self.blueprint.home(self.name)
        return self.run(
            f"--config.file={home / 'prometheus.yml'}",
            f"--web.listen-address={self.listen('prometheus')}",
            f"--storage.tsdb.path={home / 'data'}",
            "--storage.tsdb.retention.time=200h",
            # Debian's defaults name directories of the machine's own Prometheus.
            f"--web.console.templates={home / 'consoles'}",
            f"--web.console.libraries={home / 'consoles'}",
        )

    async def ready(self) -> bool:
        """Whether it answers queries. It first looks for scrape targets 5 s after its own start."""
        return await answers(self.port("prometheus"), "/-/ready")

    async def loaded(self) -> tuple[bool, str]:
        return await last_reload(self.port("prometheus"), "prometheus")

    async def has_scraped(self) -> bool:
        """Whether it has scraped everything that this sandbox has, and found it up."""
        document = cast("Any", await get_json(self.port("prometheus"), "/api/v1/targets?state=active"))
        targets = document["data"]["activeTargets"]
        up = [target["scrapePool"] for target in targets if target["health"] == "up"]
        return all(up.count(job) == wanted for job, wanted in self.jobs().items())

    def jobs(self) -> dict[str, int]:
        """The scrape jobs whose scrape targets are part of this sandbox, and how many each has."""
        return {job: targets for job, (server, targets) in _JOBS.items() if self.blueprint.has(server)}

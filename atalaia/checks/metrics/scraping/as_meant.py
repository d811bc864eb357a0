"""Whether Prometheus runs with a job as its declared file has it."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.metrics.asking import from_prometheus
from atalaia.checks.metrics.meant import Meant
from atalaia.checks.metrics.scraping.scraped import DeclaredJob, declared_job
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.configuration.difference import Difference
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Lines
from atalaia.systems.prometheus.configuration import PATH, differences_of_job, read_configuration, read_loaded


@per_environment
def meant_file(environment: Environment) -> Meant | None:
    """The configuration that Prometheus should run with, where it is declared."""
    file = environment.monitoring_files.prometheus
    return Meant(read_configuration(file.text), file.shown, Lines(file.text)) if file else None


def loaded(environment: Environment) -> HttpRequest:
    """Ask Prometheus for the configuration that it runs with."""
    return from_prometheus(environment, PATH)


@dataclass(frozen=True)
class MeantJob:
    """A job, and the declared file, where there is one."""

    job: DeclaredJob
    file: Meant | None = None

    def otherwise(self, exchange: Exchange) -> tuple[Difference, ...]:
        """What of the job is not loaded as the file has it, as far as both can be read."""
        body = exchange.response.body if exchange.response else b""
        running = read_loaded(body)
        if self.file is None or isinstance(running, Unreadable):
            return ()
        if isinstance(self.file.configuration, Unreadable):
            return ()
        return differences_of_job(running, self.file.configuration, self.job.name)


def meant_job(environment: Environment, job: str) -> MeantJob:
    """A declared job with the file that says more of it."""
    return MeantJob(declared_job(environment, job), meant_file(environment))

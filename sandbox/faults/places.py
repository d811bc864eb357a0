"""Faults of whom Prometheus scrapes under which name: another server, another label, one server twice."""

from __future__ import annotations

from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import haproxy, intent, together
from sandbox.faults.prometheus_means import prometheus, prometheus_file
from sandbox.running import Sandbox

_FILE = "prometheus.yml"


def address_of(job: str) -> str:
    """Where the address of a job's first scrape target stands."""
    return rf"(?s)(- job_name: {job}\n.*?- )127\.0\.0\.1:\d+"


def scrapes(name: str, description: str, job: str, port: str) -> Fault:
    """Prometheus scrapes another port of the sandbox for a job."""

    async def apply(sandbox: Sandbox) -> None:
        address = f"127.0.0.1:{getattr(sandbox.ports, port)}"
        await prometheus(name, description, (_FILE, address_of(job), rf"\g<1>{address}")).apply(sandbox)

    return Fault(name, Changes.LIVE, description, apply, prometheus(name, description).revert)


_OLD_ADDRESS = "127.0.0.4"
"""Where nothing that is declared listens."""


def scrapes_old_address(description: str, job: str, service: str) -> Fault:
    """Prometheus scrapes a service for a job, at an address of which the environment knows nothing."""

    def parts(sandbox: Sandbox) -> Fault:
        port = getattr(sandbox.ports, service)
        proxy = (
            f"frontend old_address\n    bind {_OLD_ADDRESS}:{port}\n    default_backend old_address\n\n"
            f"backend old_address\n    server old 127.0.0.1:{port} check\n\n" + r"\g<0>"
        )
        return together(
            "",
            Changes.LIVE,
            description,
            haproxy("", "", (r"^frontend public$", proxy)),
            prometheus("", "", (_FILE, address_of(job), rf"\g<1>{_OLD_ADDRESS}:{port}")),
        )

    async def apply(sandbox: Sandbox) -> None:
        await parts(sandbox).apply(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        await parts(sandbox).revert(sandbox)

    return Fault("", Changes.LIVE, description, apply, revert)


_NO_FILE = intent(
    "",
    "the environment does not name Prometheus' configuration",
    (r"^  config: .*/prometheus/prometheus\.yml\"\n", ""),
)


def _without_file(name: str, description: str, *parts: Fault) -> Fault:
    """A fault that no file tells of: the environment does not name Prometheus' configuration."""
    told = f"{description}; no file tells what it is meant to be"
    return together(name, Changes.LIVE, told, _NO_FILE, *parts)


FAULTS = (
    _without_file(
        "job-reads-another-service",
        "Prometheus scrapes the conversation-service for the health-service, too",
        scrapes("", "", "health-service", "conversation_service"),
    ),
    _without_file(
        "job-with-anothers-label",
        "the label `service` of the clinic-service's scrape target says user-service",
        prometheus(
            "",
            "",
            (_FILE, r"(?s)(- job_name: clinic-service\n.*?service: )clinic-service", r"\1user-service"),
        ),
    ),
    _without_file(
        "job-reads-through-an-old-address",
        "Prometheus scrapes the conversation-service for the user-service, at an address that nobody knows",
        scrapes_old_address("", "user-service", "conversation_service"),
    ),
    together(
        "service-in-two-jobs",
        Changes.INTENT,
        "the user-service is scraped by a job with its old name as well, and that is declared",
        prometheus_file(
            "",
            "",
            (
                _FILE,
                r"(?s)(- job_name: user-service\n)(.*?)(?=^- job_name)",
                r"\g<0>- job_name: accounts\n\2",
            ),
        ),
        intent("", "", (r"(jobs: \{)", r"\1accounts: 1, ")),
    ),
)

"""The processes of stand-ins: one for each node of Kong, one for the services and all the others."""

from __future__ import annotations

import shutil
import sys
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

from atalaia.errors import AtalaiaError
from sandbox.blueprint import Blueprint
from sandbox.deployed import grafana_files
from sandbox.ports import HAPROXY_ADDRESS
from sandbox.process import Command
from sandbox.readiness import answers
from sandbox.record import write_private
from sandbox.render import render, variables
from sandbox.servers.server import Server
from sandbox.services import CLINICS, SERVICES, Service, account_of
from sandbox.standins.config import (
    Account,
    GrafanaConfig,
    KongConfig,
    ReceiversConfig,
    ServiceConfig,
    StandIns,
)
from sandbox.standins.control import Status, send

_CHECKOUT = Path(__file__).parents[2]


class StandInProcess(Server):
    """A process of stand-ins; it takes faults on its control socket."""

    def render(self, **overrides: str) -> None:
        super().render(**overrides)
        write_private(self._file, self.configuration().model_dump_json(indent=1))

    @property
    def _file(self) -> Path:
        return self.blueprint.home(self.name) / "config.json"

    @abstractmethod
    def configuration(self) -> StandIns:
        """What it serves."""

    def command(self) -> Command:
        return Command(
            argv=(sys.executable, "-P", "-m", "sandbox.standins", str(self._file)),
            home=self.blueprint.home(self.name),
            log=self.blueprint.log(self.name),
            environment={"PYTHONPATH": str(_CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
        )

    async def ready(self) -> bool:
        try:
            await send(self.blueprint.socket(self.name), Status(), deadline=2)
        except AtalaiaError as error:
            raise ConnectionError(str(error)) from None
        return True


class Kong(StandInProcess):
    """A node of Kong."""

    number: int

    def configuration(self) -> StandIns:
        return StandIns(
            control=self.blueprint.socket(self.name),
            kong=KongConfig(
                node=self.name,
                proxy_port=self.port(f"kong_{self.number}_proxy"),
                admin_port=self.port(f"kong_{self.number}_admin"),
                status_port=self.port(f"kong_{self.number}_status"),
                declarative=self.blueprint.kong_file,
                # No client's: who connects from 127.0.0.1 is nobody special.
                trusted_ips=(f"{HAPROXY_ADDRESS}/32",),
            ),
        )

    def render(self, **overrides: str) -> None:
        super().render(**overrides)
        values = variables(self.blueprint, self.name) | overrides
        write_private(self.blueprint.kong_file, render("kong/kong.yml", values))

    async def ready(self) -> bool:
        return await super().ready() and await answers(
            self.port(f"kong_{self.number}_status"), "/status/ready"
        )


class Kong1(Kong):
    """The first node of Kong."""

    name = "kong-1"
    number = 1
    ports = ("kong_1_proxy", "kong_1_admin", "kong_1_status")


class Kong2(Kong):
    """The second node of Kong."""

    name = "kong-2"
    number = 2
    ports = ("kong_2_proxy", "kong_2_admin", "kong_2_status")


class ServicesAndGrafana(StandInProcess):
    """The eight services, where they have their stores, Grafana, and whom the Alertmanager tells."""

    name = "standins"
    ports = (*(service.port for service in SERVICES), "grafana", "receivers", "receivers_smtp")

    def render(self, **overrides: str) -> None:
        """Write everything anew; dashboards that somebody added are gone."""
        shutil.rmtree(self._grafana, ignore_errors=True)
        super().render(**overrides)

    def files(self, values: Mapping[str, str]) -> dict[str, str]:
        return {f"grafana/{name}": text for name, text in grafana_files(values).items()}

    @property
    def _grafana(self) -> Path:
        return self.blueprint.home(self.name) / "grafana"

    def configuration(self) -> StandIns:
        blueprint = self.blueprint
        services = SERVICES if blueprint.has("services") else ()
        return StandIns(
            control=blueprint.socket(self.name),
            services=tuple(
                service_config(
                    service,
                    blueprint,
                    postgres=self.listen("postgres"),
                    redis=self.listen("redis"),
                )
                for service in services
            ),
            grafana=GrafanaConfig(
                port=blueprint.ports.grafana,
                password=blueprint.secrets.grafana,
                provisioning=self._grafana / "provisioning",
                variables={"DASHBOARDS": str(self._grafana / "dashboards")},
            ),
            receivers=receivers_config(blueprint),
        )

    async def ready(self) -> bool:
        """Whether it listens, and every service finds PostgreSQL and Redis well."""
        if not await super().ready():
            return False
        # One after the other: until the stores are ready, the first one's no is enough.
        for service in SERVICES if self.blueprint.has("services") else ():
            if not await answers(self.port(service.port), "/health"):
                return False
        return True


def receivers_config(blueprint: Blueprint) -> ReceiversConfig:
    """Whom the Alertmanager tells."""
    ports = blueprint.ports
    return ReceiversConfig(port=ports.receivers, smtp_port=ports.receivers_smtp)


def service_config(service: Service, blueprint: Blueprint, *, postgres: str, redis: str) -> ServiceConfig:
    """One of the services, with the stores at these addresses (host:port)."""
    secrets = blueprint.secrets
    return ServiceConfig(
        name=service.name,
        port=getattr(blueprint.ports, service.port),
        prefixes=service.prefixes,
        postgres=f"postgresql://atendeai:{secrets.postgres_services}@{postgres}/atendeai",
        redis=f"redis://:{secrets.redis}@{redis}/0",
        jwt_secret=secrets.jwt,
        clinics=CLINICS,
        echo=service.echo,
        accounts=tuple(
            Account(email=account_of(clinic), password=secrets.account, clinic=clinic) for clinic in CLINICS
        ),
    )

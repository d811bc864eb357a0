"""What a stand-in process serves: the file that `python -m sandbox.standins CONFIG.json` reads.

The file holds passwords of throw-away servers; the launcher writes it with mode 0600 into the
sandbox's own directory. Nothing here prints them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atalaia.errors import UsageError, UsageErrors

Port = Annotated[int, Field(ge=1, le=65535)]
Secret = Annotated[str, Field(repr=False)]


class Section(BaseModel):
    """A frozen part of the configuration; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Account(Section):
    """A user who may log in, and the clinic that the user belongs to."""

    email: str
    password: Secret
    clinic: str
    role: str = "admin"


class ServiceConfig(Section):
    """One of the eight services."""

    name: str
    port: Port
    version: str = "2.0.0"
    """`-atalaia-stand-in` is added to it wherever it is said."""
    prefixes: tuple[str, ...] = ()
    """The API paths that it serves: /api/v1/auth …; its last part names the resource."""
    postgres: Secret
    """postgresql://user:password@host:port/database"""
    redis: Secret
    """redis://:password@host:port/0"""
    jwt_secret: Secret
    clinics: tuple[str, ...] = ()
    """The tenants."""
    accounts: tuple[Account, ...] = ()
    """Who may log in at the service that has an /api/v1/auth prefix."""
    echo: bool = False
    """Answer /api/v1/echo and what lies below it with the request."""


class KongConfig(Section):
    """One node of Kong."""

    node: str
    """Its name as a target of faults: kong-1 …"""
    version: str = "3.4.2"
    """`-atalaia-stand-in` is added to it wherever it is said."""
    proxy_port: Port
    admin_port: Port
    status_port: Port
    declarative: Path | None = None
    """The declarative file; None starts with an empty configuration."""
    trusted_ips: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed (real_ip_header is X-Forwarded-For)."""
    real_ip_recursive: bool = False
    names: dict[str, str] = {}
    """Host name → IP address, beside `localhost` and the upstreams of the declarative file; every
    other name is NXDOMAIN, so that a stand-in never asks a resolver outside the sandbox."""


class GrafanaConfig(Section):
    """Grafana."""

    port: Port
    version: str = "10.4.2"
    """`-atalaia-stand-in` is added to it wherever it is said."""
    username: str = "admin"
    password: Secret
    provisioning: Path
    """The directory with datasources/*.yaml and dashboards/*.yaml."""
    variables: dict[str, str] = Field(default={}, repr=False)
    """Values of $NAME and ${NAME} in the provisioning files, as Grafana takes them from its environment."""


class ReceiversConfig(Section):
    """Whom the Alertmanager tells: Slack, PagerDuty, a webhook, and mail."""

    port: Port
    """Of Slack, PagerDuty and the webhook, by path; and where it is asked what came."""
    smtp_port: Port


class StandIns(Section):
    """Everything that one process serves."""

    control: Path
    """Unix socket on which faults are set; it appears once everything listens."""
    host: str = "127.0.0.1"
    services: tuple[ServiceConfig, ...] = ()
    kong: KongConfig | None = None
    grafana: GrafanaConfig | None = None
    receivers: ReceiversConfig | None = None


def load(path: Path) -> StandIns:
    """Read the configuration. Raises UsageError with every fault of the file, never quoting values."""
    try:
        return StandIns.model_validate(json.loads(path.read_text()))
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise UsageErrors(
            UsageError(fault["msg"], where=f"{path}: {'.'.join(map(str, fault['loc']))}") for fault in faults
        ) from None
    except ValueError:
        raise UsageError("not JSON", where=str(path)) from None

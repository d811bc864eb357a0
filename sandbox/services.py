"""The eight services of AtendeAI 2.0, and who may log in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One of the services."""

    name: str
    prefixes: tuple[str, ...]
    """The API paths that it serves."""
    echo: bool = False
    """Whether it answers /api/v1/echo with the request that it saw."""

    @property
    def port(self) -> str:
        """The name of its port in `Ports`."""
        return self.name.replace("-", "_")


SERVICES = (
    Service("auth-service", ("/api/v1/auth",)),
    Service("user-service", ("/api/v1/users",)),
    Service("clinic-service", ("/api/v1/clinics",)),
    Service("health-service", (), echo=True),
    Service("conversation-service", ("/api/v1/conversations",)),
    Service("appointment-service", ("/api/v1/appointments",)),
    Service("whatsapp-service", ("/api/v1/whatsapp", "/webhook/whatsapp")),
    Service("google-calendar-service", ("/api/v1/calendar",)),
)

CLINICS = ("clinica-aurora", "clinica-boreal")
"""The tenants; each has one account."""

ISSUER = "auth.atendeai.example"
"""Who signs the services' tokens: their claim `iss`, and the name of the key in Kong's file."""


def account_of(clinic: str) -> str:
    """The e-mail address that a clinic's account logs in with."""
    return f"admin@{clinic}.example"

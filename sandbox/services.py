"""The eight services of AtendeAI 2.0, and who may log in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One of the services."""

    name: str
    prefixes: tuple[str, ...]
    """The API paths that it serves."""

    @property
    def port(self) -> str:
        """The name of its port in `Ports`."""
        return self.name.replace("-", "_")


SERVICES = (
    Service("auth-service", ("/api/v1/auth",)),
    Service("user-service", ("/api/v1/users",)),
    Service("clinic-service", ("/api/v1/clinics",)),
    Service("health-service", ()),
    Service("conversation-service", ("/api/v1/conversations",)),
    Service("appointment-service", ("/api/v1/appointments",)),
    Service("whatsapp-service", ("/api/v1/whatsapp", "/webhook/whatsapp")),
    Service("google-calendar-service", ("/api/v1/calendar",)),
)

CLINICS = ("clinica-aurora", "clinica-boreal")
"""The tenants; each has one account, admin@CLINIC.example."""

"""Why an observation could not be completed. An unreachable host is an observation, not an exception."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Seen(BaseModel):
    """Base of everything observed: frozen, and the same after a trip through JSON."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", defer_build=True
    )


class Reason(StrEnum):
    """The bounded list of ways to fail; the details are in the text beside it."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    RESET = "reset"
    PROTOCOL = "protocol"
    REDIRECTS = "redirects"
    AUTH = "auth"
    SOURCE = "source"
    """The declared source address cannot be used on this machine."""
    STALLED = "stalled"
    """A deadline passed while this process itself was kept from running."""


class Failure(Seen):
    """What ended the attempt, in words that hold no secret."""

    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value

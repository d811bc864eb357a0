"""Why an observation could not be completed. An unreachable host is an observation, not an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


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


@dataclass(frozen=True)
class Failure:
    """What ended the attempt, in words that hold no secret."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value

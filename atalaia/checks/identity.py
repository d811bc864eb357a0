"""Who answered, by the marks that services leave on their answers."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.exchange.response import Response
from atalaia.systems.health import read_health


@dataclass(frozen=True)
class Identity:
    """What an answer says about its author; None where it is silent."""

    mark: str | None
    """The response header X-Service."""
    service: str | None
    """`service` in the body."""
    version: str | None
    """`version` in the body, or the response header X-Version."""

    def contradiction(self, other: Identity) -> str:
        """What the other answer says differently, as far as both speak: `X-Service auth, not user`."""
        pairs = {
            "X-Service": (self.mark, other.mark),
            "service": (self.service, other.service),
            "version": (self.version, other.version),
        }
        return next((f"{what} {b}, not {a}" for what, (a, b) in pairs.items() if a and b and a != b), "")

    def comparable(self, other: Identity) -> bool:
        """Whether there is anything that both speak of."""
        pairs = ((self.mark, other.mark), (self.service, other.service), (self.version, other.version))
        return any(a and b for a, b in pairs)


def identity_of(response: Response) -> Identity:
    """The identity that an answer claims."""
    said = read_health(response.body)
    return Identity(response.header("X-Service"), said.service, said.version or response.header("X-Version"))

"""Where an entry goes, and what it may send there."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.environment import Effect, Environment
from atalaia.environment.authentication import Authentication
from atalaia.environment.faults import did_you_mean, listed
from atalaia.redaction import Redactor
from atalaia.systems.limits import route_of
from loadtests.scenario.drafting.draft import Headers
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.target import Target
from loadtests.scenario.tokens import TENANT, TOKEN

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Way:
    """One entry's way to the stack."""

    index: int
    target: Target
    environment: Environment
    redacted: Redactor
    """What is told of a text that may hold secrets."""

    def may_send(self, method: str, *where: str | int, harmless: bool) -> None:
        """Raises Mistake where such a request must not be sent here."""
        if method in SAFE or harmless or self.environment.allows(Effect.WRITES):
            return
        raise self.mistake(
            f"{method} writes, and safety is {self.environment.safety.value}",
            *where,
            allowed="GET, HEAD or OPTIONS",
            hint="`harmless: true` where the owner of the stack says that it changes nothing",
        )

    def scheme(self, bearer: str | None, path: str, method: str, *, anonymous: bool) -> str | None:
        """The scheme whose token a request takes: the one that is named, else that of the route that serves
        it. Raises Mistake where there is none of that name."""
        if anonymous:
            return None
        if bearer is None:
            serving = route_of(self.environment, path, method) if self.target.gateway else None
            declared = self.environment.route_classes.get(serving.route_class or "") if serving else None
            return declared.authentication if declared else None
        schemes = self.environment.authentication
        if bearer not in schemes:
            what = f"no such scheme under authentication of the environment {self.environment.name}"
            hint = did_you_mean(bearer, schemes)
            raise self.mistake(what, "bearer", allowed=f"declared: {listed(schemes)}", hint=hint)
        return bearer

    def declared(self, scheme: str) -> Authentication:
        """What the environment says of a scheme."""
        return self.environment.authentication[scheme]

    def mistake(self, what: str, *where: str | int, allowed: str = "", hint: str = "") -> Mistake:
        """A mistake in this entry."""
        return Mistake(what, "mix", self.index, *where, allowed=allowed, hint=hint)


def with_token(headers: Headers, scheme: Authentication, *, tenants: bool) -> Headers:
    """The headers with the place of a token, unless they name one; `tenants`: and with the place of the
    tenant that it is for."""
    given = {name.lower() for name, _ in headers}
    if "authorization" in given:
        return headers
    headers = (*headers, ("Authorization", f"Bearer {{{TOKEN}}}"))
    if tenants and scheme.tenant_header and scheme.tenants and scheme.tenant_header.lower() not in given:
        headers = (*headers, (scheme.tenant_header, f"{{{TENANT}}}"))
    return headers


def spreads(headers: Headers, scheme: Authentication) -> bool:
    """Whether tenants can take turns with a request: not where it names one, or a token, itself."""
    given = {name.lower() for name, _ in headers}
    return "authorization" not in given and (scheme.tenant_header or "").lower() not in given

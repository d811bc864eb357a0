"""How clients prove who they are."""

from typing import Literal

from pydantic import Field

from atalaia.environment.base import Name, Secret, Section, Text
from atalaia.environment.frozen import empty
from atalaia.environment.gateway import SampleRequest
from atalaia.environment.quantities import PositiveDuration
from atalaia.environment.tables import Table


class Authentication(Section):
    """A scheme of JSON Web Tokens."""

    algorithm: Literal["HS256", "HS384", "HS512", "RS256", "ES256"] = "HS256"
    """How tokens are signed."""
    secret: Secret | None = None
    """Signing secret, for tokens that the toolkit makes itself: a variable, `${JWT_SECRET}`."""
    claims: Table[Text, str | int | bool] = Field(default_factory=empty)
    """Claims of a token that the toolkit makes, beside `iat` and `exp`: `{iss: atendeai, sub: atalaia}`."""
    hop: Literal["gateway", "service"] = "gateway"
    """Who refuses a request without a good token; what is behind it never sees one."""
    tenant_claim: Text | None = None
    """Claim that names the tenant of a token: `clinic_id`."""
    tenant_header: Text | None = None
    """Request header that names the tenant whose data is asked for: `X-Clinic-ID`."""
    tenant_hop: Literal["gateway", "service"] = "service"
    """Who refuses the token of another tenant."""
    access_token: PositiveDuration | None = None
    """How long an access token is valid."""
    refresh_token: PositiveDuration | None = None
    """How long a refresh token is valid."""
    login: SampleRequest | None = None
    """The request that yields a token."""
    tenants: tuple[Name, ...] = ()
    """Tenants whose data must stay apart."""

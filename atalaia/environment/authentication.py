"""How clients prove who they are."""

from __future__ import annotations

from typing import Literal

from atalaia.environment.base import Name, Secret, Section
from atalaia.environment.gateway import SampleRequest
from atalaia.environment.units import PositiveDuration


class Authentication(Section):
    """A scheme of JSON Web Tokens."""

    algorithm: Literal["HS256", "HS384", "HS512", "RS256", "ES256"] = "HS256"
    """How tokens are signed."""
    secret: Secret | None = None
    """Signing secret, for tokens that the toolkit makes itself: a variable, `${JWT_SECRET}`."""
    access_token: PositiveDuration | None = None
    """How long an access token is valid."""
    refresh_token: PositiveDuration | None = None
    """How long a refresh token is valid."""
    login: SampleRequest | None = None
    """The request that yields a token."""
    tenants: tuple[Name, ...] = ()
    """Tenants whose data must stay apart."""

"""How clients prove who they are."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from atalaia.environment.base import Name, Section
from atalaia.environment.gateway import SampleRequest
from atalaia.environment.units import Duration


class Authentication(Section):
    """A scheme of JSON Web Tokens."""

    algorithm: Literal["HS256", "HS384", "HS512", "RS256", "ES256"] = "HS256"
    secret: SecretStr | None = None
    """Signing secret, for tokens that the toolkit makes itself."""
    access_token: Duration | None = None
    refresh_token: Duration | None = None
    login: SampleRequest | None = None
    """The request that yields a token."""
    tenants: tuple[Name, ...] = ()

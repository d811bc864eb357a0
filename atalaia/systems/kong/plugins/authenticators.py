"""Kong's plugins that ask who somebody is, and the one that ends requests by itself."""

from __future__ import annotations

from collections.abc import Mapping

from atalaia.systems.kong.entities import Plugin

AUTHENTICATORS = (
    "jwt", "openid-connect", "jwt-signer", "oauth2", "oauth2-introspection", "key-auth", "key-auth-enc",
    "basic-auth", "hmac-auth", "ldap-auth", "ldap-auth-advanced", "mtls-auth", "saml", "header-cert-auth",
    "vault-auth",
)  # fmt: skip
"""What those beside jwt are configured to is not judged."""
BY_CLIENT = ("key-auth", "key-auth-enc", "basic-auth", "hmac-auth", "mtls-auth", "oauth2")
"""Those of which every client has credentials of its own, and is a consumer of its own."""


def refuses(plugins: Mapping[str, Plugin], names: tuple[str, ...] = AUTHENTICATORS) -> bool:
    """Whether one of these is effective that lets nobody else in as an anonymous consumer."""
    return any(name in plugins and not plugins[name].config.get("anonymous") for name in names)


def ends_all(plugins: Mapping[str, Plugin]) -> bool:
    """Whether every request is answered by request-termination, so that none reaches a service."""
    ending = plugins.get("request-termination")
    return ending is not None and not ending.config.get("trigger")

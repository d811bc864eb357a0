"""Proxies that the process environment names; used only where somebody asks for it."""

from __future__ import annotations

import ssl
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

import httpcore

from atalaia.environment.url import Url
from atalaia.errors import UsageError


def proxy_for(url: Url) -> str | None:
    """The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an URL, credentials included.

    Raises UsageError where it is no http or https address.
    """
    if proxy_bypass_environment(f"{url.host}:{url.port}"):
        return None
    proxies = getproxies_environment()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        return None
    if urlsplit(proxy).scheme not in {"http", "https"} or not urlsplit(proxy).hostname:
        raise UsageError(
            f"the proxy of the process environment for {url.scheme} cannot be used",
            expected="http://host:port or https://host:port",
            hint=f"see {url.scheme.upper()}_PROXY and ALL_PROXY",
        )
    return proxy


def through(proxy: str, context: ssl.SSLContext | None) -> httpcore.AsyncHTTPProxy:
    """What sends requests through a proxy; `context` is for the server behind it."""
    parts = urlsplit(proxy)
    credentials = (unquote(parts.username or ""), unquote(parts.password or ""))
    return httpcore.AsyncHTTPProxy(
        httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target="/"),
        proxy_auth=credentials if any(credentials) else None,
        ssl_context=context,
    )

"""Targets as people know them, for the label `instance`: never with credentials or a query."""

from __future__ import annotations

from atalaia.environment import Url
from atalaia.exchange.request import Request


def of_request(request: Request) -> str:
    """http://localhost:3001/health"""
    return request.url.origin + request.target.partition("?")[0]


def of_address(url: Url) -> str:
    """localhost:8000, its port always told."""
    return f"[{url.host}]:{url.port}" if ":" in url.host else f"{url.host}:{url.port}"

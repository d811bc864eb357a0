"""What the sandbox's limiters allow: as the documents declare it, or in windows that last seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Windows = Literal["declared", "short"]
"""`short`: windows so short that hundreds of faults can be tried one after the other."""

LIMITS: Mapping[Windows, Mapping[str, str]] = {
    "declared": {
        "limit_requests": "100", "limit_window": "60s", "limit_seconds": "60",
        "limit_unit": "minute", "auth_limit": "5", "api_limit": "100",
        "auth_hour": "100", "api_hour": "1000",
    },
    # No hour may end a morning of tries, each of which asks as a client of its own where it can.
    "short": {
        "limit_requests": "60", "limit_window": "2s", "limit_seconds": "2",
        "limit_unit": "second", "auth_limit": "5", "api_limit": "30",
        "auth_hour": "10000", "api_hour": "100000",
    },
}  # fmt: skip
"""Variables of the templates: HAProxy's limiter, and those of Kong's two classes of routes."""

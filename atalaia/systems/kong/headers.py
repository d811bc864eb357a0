"""The headers that Kong adds to answers (`headers` in its configuration; all of these by default)."""

from __future__ import annotations

UPSTREAM_LATENCY = "X-Kong-Upstream-Latency"
"""Milliseconds until the upstream's head came; on what was proxied, and on 502 and 504."""

PROXY_LATENCY = "X-Kong-Proxy-Latency"
"""Milliseconds that Kong itself took before it; on the same answers."""

RESPONSE_LATENCY = "X-Kong-Response-Latency"
"""Milliseconds of an answer that Kong gave itself."""

REQUEST_ID = "X-Kong-Request-Id"
"""What Kong calls a request since 3.5: on every answer of the proxy, and on what the upstream is sent."""

ADMIN_LATENCY = "X-Kong-Admin-Latency"
"""Milliseconds of an answer of the Admin or Status API."""

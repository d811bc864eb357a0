"""Where a group lies in the Pushgateway's API: github.com/prometheus/pushgateway, "URL"."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping

_PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z")


def group_path(labels: Mapping[str, str]) -> str:
    """The path of a group: `/metrics/job/…`, the job first.

    A value that would not survive as a part of a path (a shard's `0/1`, an empty one, `..`) goes in base64.
    """
    pairs = sorted(labels.items(), key=lambda pair: pair[0] != "job")
    return "/metrics" + "".join(f"/{name}{_value(value)}" for name, value in pairs)


def _value(value: str) -> str:
    if _PLAIN.match(value):
        return f"/{value}"
    # An empty value is one padding sign: an empty part of a path would be lost.
    return f"@base64/{urlsafe_b64encode(value.encode()).decode().rstrip('=') or '='}"

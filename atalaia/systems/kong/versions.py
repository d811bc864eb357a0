"""Versions of Kong, where what it does depends on them. The model's own is 3.4, the one on record."""

from __future__ import annotations

import re

Version = tuple[int, int]

V3_4: Version = (3, 4)
V3_5: Version = (3, 5)
"""Error bodies carry `request_id`, answers X-Kong-Request-Id."""
V3_6: Version = (3, 6)
"""rate-limiting counts right with sync_rate above 0 (#11859)."""
V3_7: Version = (3, 7)
"""key-auth: every 401 carries WWW-Authenticate; before, only that of a missing key (#11794)."""
V3_8: Version = (3, 8)
"""cors: `*` in a list of origins means any (#13334); before, the entry matched nothing. jwt: 401s carry
WWW-Authenticate (#11792)."""

_VERSION = re.compile(r"(\d+)\.(\d+)")


def version_of(text: str) -> Version:
    """`3.4.2`, `kong/3.4.2` or `3.4.2-enterprise` → (3, 4); 3.4 where there is no version in it."""
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2])) if found else V3_4

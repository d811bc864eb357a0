"""What was delivered, told alike for every channel, and the bounded list of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count

MOST = 200
"""Deliveries that are kept; the oldest go first."""
_TEXT = 32 * 1024
"""Characters that are kept of one."""


@dataclass(frozen=True)
class Message:
    """One message, as its channel understands it."""

    channel: str
    """slack, email, pagerduty or webhook: what the Alertmanager calls its integrations."""
    to: str
    """Slack's channel, the mail's address, the webhook's receiver; empty for PagerDuty."""
    status: str
    """firing or resolved; empty where the message does not say."""
    text: str
    """All that it says."""


class Deliveries:
    """The last deliveries, in their order."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._kept: deque[dict[str, object]] = deque(maxlen=MOST)

    def add(self, message: Message) -> int:
        """Keep a message; its number."""
        number = next(self._numbers)
        told = {**asdict(message), "text": message.text[:_TEXT]}
        self._kept.append({"number": number, "at": self._clock(), **told})
        return number

    def told(self, since: float = 0.0, containing: str = "") -> list[dict[str, object]]:
        """Those since a Unix time whose text contains this."""
        return [
            each for each in self._kept if float(str(each["at"])) >= since and containing in str(each["text"])
        ]

"""What an Alertmanager counts of its notifications: the requests that went well, by integration."""

from __future__ import annotations

import re
from collections import Counter

_SAMPLE = re.compile(
    r"^alertmanager_notification_requests(?P<failed>_failed)?_total\{(?P<labels>[^}]*)\}[ \t]+(?P<value>\S+)",
    re.MULTILINE,
)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def sent(page: str, receiver: str) -> Counter[str]:
    """Integration → requests that went well, out of an Alertmanager's page of metrics.

    Those of other receivers are counted too, where the Alertmanager does not tell them apart: it does with
    `--enable-feature=receiver-name-in-metrics`, from 0.27 on.
    """
    counted: Counter[str] = Counter()
    for sample in _SAMPLE.finditer(page):
        labels = dict(_LABEL.findall(sample["labels"]))
        if labels.get("receiver_name", receiver) != receiver:
            continue
        try:
            value = float(sample["value"])
        except ValueError:
            continue
        if value == value and abs(value) < 1e15:
            counted[labels.get("integration", "")] += int(-value if sample["failed"] else value)
    return counted

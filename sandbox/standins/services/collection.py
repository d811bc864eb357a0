"""What a service keeps: items by clinic, in memory, never more than a bound."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

_LARGEST = 1000
"""Items a clinic may have; the oldest go first, so that a load test cannot fill the memory."""

_FIRST = 12
"""Items that a clinic begins with; their list is long enough to be compressed."""

Item = dict[str, Any]


class Collection:
    """The items of one resource: users, appointments …"""

    def __init__(self, resource: str, clinics: tuple[str, ...]) -> None:
        self._items: dict[str, dict[str, Item]] = {}
        for clinic in clinics:
            for number in range(1, _FIRST + 1):
                identity = str(uuid5(NAMESPACE_URL, f"{resource}/{clinic}/{number}"))
                self._put(clinic, {"id": identity, "name": f"{resource} {number}", "status": "confirmed"})

    def list(self, clinic: str, start: int, size: int) -> tuple[list[Item], int]:
        """A page of a clinic's items, the oldest first, and how many there are."""
        items = self._items.get(clinic, {})
        return list(itertools.islice(items.values(), start, start + size)), len(items)

    def get(self, clinic: str, identity: str) -> Item | None:
        """One of the clinic's own items."""
        return self._items.get(clinic, {}).get(identity)

    def create(self, clinic: str, fields: Item) -> Item:
        """Keep a new item under a new id."""
        return self._put(clinic, {**fields, "id": str(uuid4())})

    def update(self, clinic: str, identity: str, fields: Item) -> Item | None:
        """Change an item's fields; its id and clinic stay."""
        item = self.get(clinic, identity)
        if item is None:
            return None
        item.update({name: value for name, value in fields.items() if name not in ("id", "clinicId")})
        return item

    def delete(self, clinic: str, identity: str) -> Item | None:
        """Forget an item; the item that went."""
        return self._items.get(clinic, {}).pop(identity, None)

    def _put(self, clinic: str, item: Item) -> Item:
        items = self._items.setdefault(clinic, {})
        item["clinicId"] = clinic
        items[item["id"]] = item
        if len(items) > _LARGEST:
            del items[next(iter(items))]
        return item

"""Parts of a plan, for several runners side by side."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from atalaia.errors import UsageError
from probes.model import Planned

_WRITTEN = re.compile(r"(0|[1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dataclass(frozen=True)
class Shard:
    """The part `index` of `count`, counted from 0, as Kubernetes counts the pods of an Indexed Job.

    Where a probe belongs depends on its own name and on `count` alone: adding targets moves none. Probes
    of one group stay together, so that the guilty hop is still found; the negative control is in each.
    """

    index: int = 0
    count: int = 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """`0/3` → the first of three. Raises UsageError."""
        found = _WRITTEN.fullmatch(text)
        if not found or int(found[1]) >= int(found[2]):
            raise UsageError(
                "no shard is called so", expected="INDEX/COUNT, the first being 0: 0/3, 1/3, 2/3"
            )
        return cls(int(found[1]), int(found[2]))

    def of(self, planned: Iterable[Planned]) -> tuple[Planned, ...]:
        """The probes of this part, in their order."""
        return tuple(each for each in planned if each.expects_failure or self._has(each.group or each.name))

    def _has(self, name: str) -> bool:
        # Not hash(): that differs from process to process.
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        return int.from_bytes(digest) % self.count == self.index

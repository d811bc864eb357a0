"""What Kong says about a declarative file that it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.errors import UsageError
from atalaia.systems.lines import Path

ENTITY = "@entity"
"""The key under which Kong reports what is wrong with an entity as a whole, as a list."""


@dataclass(frozen=True)
class Problem:
    """One fault: where in the document, and Kong's words for it."""

    path: Path
    message: str
    shown: str | None = None
    """What people are told instead, where Kong's words quote a secret."""
    place: Path | None = None
    """Where it is in the document, where Kong's `path` says something else."""
    line: int | None = None
    """The line of the text (from 1), where the text is no document that could have places."""
    fails_kong: bool = False
    """Whether Kong itself fails over it, and answers 500 without a word about the file."""

    def __str__(self) -> str:
        told = self.message if self.shown is None else self.shown
        return f"{readable(self.path)}: {told}" if self.path else told


class DeclarativeError(UsageError):
    """A declarative file that Kong would refuse; every fault of it."""

    def __init__(
        self, problems: Iterable[Problem], where: str = "", given: Mapping[str, Any] | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.given = given
        """The document that is refused; None where the text is none."""
        super().__init__("; ".join(map(str, self.problems)), where=where)

    @property
    def fields(self) -> dict[str, Any]:
        """The faults as Kong nests them: `{"services": [{"host": "required field missing"}]}`."""
        root: dict[str, Any] = {}
        for problem in self.problems:
            _insert(root, problem.path or ("error",), problem.message)
        return root

    @property
    def status(self) -> int:
        """Of Kong's answer to `POST /config`: 400, or 500 where Kong itself fails."""
        return 500 if any(problem.fails_kong for problem in self.problems) else 400

    @property
    def document(self) -> dict[str, Any]:
        """The body of Kong's answer to `POST /config`."""
        if self.status == 500:
            return {"message": "An unexpected error occurred"}
        return {
            "fields": self.fields,
            "name": "invalid declarative configuration",
            "message": f"declarative config is invalid: {lua(self.fields)}",
            "code": 14,
        }


def readable(path: Path) -> str:
    """`services[0].routes[1].paths[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def lua(value: object) -> str:
    """A document as Kong prints tables: `{services={[2]="…"}}`, keys sorted, positions from 1."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_key(key)}={lua(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        whole = None not in value
        items = (
            lua(item) if whole else f"[{i}]={lua(item)}"
            for i, item in enumerate(value, 1)
            if item is not None
        )
        return "{" + ",".join(items) + "}"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _key(key: str) -> str:
    return key if key.isidentifier() else f'["{key}"]'


def _insert(root: dict[str, Any], path: Path, message: str) -> None:
    """Place `message` in nested dicts and lists; lists are filled up with None."""
    node: Any = root
    for part, following in zip(path, (*path[1:], None), strict=True):
        leaf = following is None
        value: Any = (
            ([message] if part == ENTITY else message) if leaf else [] if isinstance(following, int) else {}
        )
        if isinstance(part, int):
            node.extend([None] * (part + 1 - len(node)))
            if node[part] is None:
                node[part] = value
            node = node[part]
        elif leaf and part == ENTITY and part in node:
            node[part].append(message)
        else:
            # A field that is wrong as a whole hides what is wrong within it, as in Kong.
            node = node.setdefault(part, value)
        if not leaf and not isinstance(node, dict | list):
            return

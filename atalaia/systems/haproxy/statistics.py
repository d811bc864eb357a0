"""HAProxy's statistics in CSV, read by the names of the columns: their number differs by version."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from atalaia.systems.document import Unreadable, instead_of

_NEEDED = ("pxname", "svname", "stot", "status", "weight", "chkdown", "lastchg", "type", "check_status")


@dataclass(frozen=True)
class Server:
    """A server of a backend, as HAProxy sees it."""

    backend: str
    name: str
    status: str
    """`UP`, `UP 1/3`, `DOWN`, `NOLB`, `MAINT (via …)`, `DRAIN`, `no check` …"""
    check_status: str
    """Result of the last check: `L7OK`, `L4CON` …; empty where there is none."""
    check_text: str
    """What HAProxy adds to it: `Connection refused`."""
    weight: int
    sessions: int
    """All sessions it has been given."""
    times_down: int
    """Transitions from up to down."""
    since_change: int
    """Seconds since the last transition."""

    @property
    def checked(self) -> bool:
        """Whether HAProxy checks it at all."""
        return self.status != "no check"

    @property
    def up(self) -> bool:
        """Whether it is given requests: it passes its checks, or has none."""
        return not self.checked or self.status == "UP" or self.status.startswith("UP ")

    @property
    def settled(self) -> bool:
        """Whether its last checks agree; `UP 1/3` is on its way down."""
        return "/" not in self.status


@dataclass(frozen=True)
class Statistics:
    """The servers of all backends."""

    servers: tuple[Server, ...]

    def server(self, backend: str, name: str) -> Server | None:
        """A server by its backend's and its own name."""
        return next((s for s in self.servers if (s.backend, s.name) == (backend, name)), None)

    def names(self, backend: str) -> tuple[str, ...]:
        """The servers that a backend has."""
        return tuple(server.name for server in self.servers if server.backend == backend)


def parse_statistics(body: bytes) -> Statistics | Unreadable:
    """Read the CSV; Unreadable where it is something else, or was cut off."""
    if not body.startswith(b"# pxname,"):
        return Unreadable(instead_of(body, "HAProxy's CSV"))
    if not body.endswith(b"\n"):
        return Unreadable("HAProxy's CSV, cut off")
    rows = csv.DictReader(io.StringIO(body[2:].decode("utf-8", "replace")), restkey="", restval=None)
    servers = []
    try:
        missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            return Unreadable(f"HAProxy's CSV without the column {missing[0]}")
        for row in rows:
            if None in row.values() or row.get(""):
                return Unreadable(f"HAProxy's CSV with a broken line {rows.line_num}")
            if row["type"] == "2":
                servers.append(_server(row))
    except (ValueError, csv.Error):
        return Unreadable(f"HAProxy's CSV with a broken line {rows.line_num}")
    return Statistics(tuple(servers))


def _server(row: dict[str, str]) -> Server:
    return Server(
        backend=row["pxname"],
        name=row["svname"],
        status=row["status"],
        # "* " marks a check under way; what follows is the result of the one before.
        check_status=row["check_status"].removeprefix("* "),
        check_text=row.get("last_chk") or row.get("check_desc") or "",
        weight=int(row["weight"] or 0),
        sessions=int(row["stot"] or 0),
        times_down=int(row["chkdown"] or 0),
        since_change=int(row["lastchg"] or 0),
    )

"""Listening TCP sockets of this machine and the programs that hold them, from /proc."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"


@dataclass(frozen=True)
class Listener:
    """A listening socket: its address, port and inode (one socket, even when a port is used again)."""

    address: str
    port: int
    inode: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def listeners(proc: Path = Path("/proc")) -> frozenset[Listener]:
    """Every listening TCP socket of this network namespace."""
    found = set()
    for table in (proc / "net" / "tcp", proc / "net" / "tcp6"):
        if not table.exists():  # a machine without IPv6
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()  # sl local remote state queues timer retransmits uid timeout inode …
            if fields[3] == _LISTEN:
                address, port = fields[1].split(":")
                found.add(Listener(_address(address), int(port, 16), int(fields[9])))
    return frozenset(found)


def program(listener: Listener, proc: Path = Path("/proc")) -> str | None:
    """The executable that holds the socket; None where it cannot be seen or runs in another root.

    A program under another root (a container, a chroot) is not one that was installed here.
    """
    wanted = f"socket:[{listener.inode}]"
    for process in proc.glob("[0-9]*"):
        try:
            if not os.path.samefile(process / "root", "/"):
                continue
            if any(os.readlink(fd) == wanted for fd in (process / "fd").iterdir()):
                return os.readlink(process / "exe")
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
    return None


def _address(text: str) -> str:
    """The kernel prints addresses as 32-bit words in the byte order of the machine."""
    raw = bytes.fromhex(text)
    if sys.byteorder == "little":
        raw = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return str(ipaddress.ip_address(socket.inet_ntop(family, raw)))

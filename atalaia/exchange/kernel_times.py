"""What the kernel knows of a connection's times, whatever this process was doing meanwhile.

A process that computes, or waits for a processor, sees late what came in time. Linux notes when a packet
arrived (SO_TIMESTAMPNS, Documentation/networking/timestamping.rst) and how long the first round trip of a
connection took (TCP_INFO, tcp(7)). Where it does not tell, the moment at which this process saw it has to do.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

_TOLD = sys.platform == "linux" and os.uname().machine in {"x86_64", "aarch64"}
_SO_TIMESTAMPNS = 35
"""The message's type, too. Python has no name for it; other architectures may have other numbers."""
_STAMP = struct.Struct("@qq")
_ROOM = socket.CMSG_SPACE(_STAMP.size)
_INFO = struct.Struct("@68xI28xI")
"""`struct tcp_info` with tcpi_rtt, in microseconds, and tcpi_total_retrans."""


def note_arrivals(connection: socket.socket) -> None:
    """Have the kernel note when what this socket receives arrived; to be said before it does."""
    if _TOLD:
        with suppress(OSError):  # what stands in for Linux, as sandboxes do, may not know it
            _go_on_noting()
            connection.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def receive(connection: socket.socket, most: int) -> tuple[bytes, float]:
    """What has come, and when its last packet arrived, on the clock of `perf_counter`. Raises OSError."""
    data, told, _, _ = connection.recvmsg(most, _ROOM)
    return data, _arrived(told)


def first_round_trip(connection: socket.socket) -> float | None:
    """Seconds from SYN to its acknowledgement; None where that is not known, or one was sent again."""
    if not _TOLD:
        return None
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    except OSError:
        return None
    if len(told) < _INFO.size:
        return None
    microseconds, sent_again = _INFO.unpack(told)
    return float(microseconds / 1e6) if microseconds and not sent_again else None


def _arrived(told: Iterable[tuple[int, int, bytes]]) -> float:
    now, clock = time.perf_counter(), time.time()  # nothing between them, where another thread might run
    for level, kind, stamp in told:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _STAMP.unpack(stamp)
            ago: float = clock - (seconds + nanoseconds / 1e9)
            return now - max(ago, 0.0)  # somebody may have set the clock back meanwhile
    return now


@cache
def _go_on_noting() -> int:
    """A socket that stays. The kernel notes arrivals for all as long as any socket wants it, and changes
    its own code when the first one does and the last one ends.
    """
    kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    kept.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return kept.detach()

"""The kernel begins to note arrivals a moment after it was first asked to, later where it is busy."""

from __future__ import annotations

import socket
import time

from atalaia.exchange.kernel_times import note_arrivals


def until_arrivals_are_noted() -> None:
    """Wait until the kernel notes them, which it then does for as long as this process lives."""
    until = time.monotonic() + 20
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        near.bind(("127.0.0.1", 0))
        note_arrivals(near)
        while time.monotonic() < until:
            # A stamp is of the packet, if it was noted; else of when it is read, which has to differ.
            sent = time.time()
            far.sendto(b"word", near.getsockname())
            time.sleep(0.05)
            stamp = near.recvmsg(10, socket.CMSG_SPACE(16))[1][0][2]
            seconds, nanoseconds = int.from_bytes(stamp[:8], "little"), int.from_bytes(stamp[8:], "little")
            if seconds + nanoseconds / 1e9 - sent < 0.04:
                return
    raise AssertionError("the kernel does not note arrivals")

"""Waking at a moment, to some ten microseconds: the event loop's own timers come in whole milliseconds.

Linux's timerfd, which Python knows from 3.13 on, and the C library before; elsewhere the loop's timers.
"""

from __future__ import annotations

import ctypes
import os
import sys
from time import monotonic
from typing import Any

import gevent

_CLOCK_MONOTONIC = 1
_NONBLOCK, _CLOEXEC = 0o4000, 0o2000000
_ABSOLUTE = 1


class _Spec(ctypes.Structure):
    """struct itimerspec: an interval, which is none here, and the moment."""

    _fields_ = (
        ("interval_seconds", ctypes.c_long),
        ("interval_nanoseconds", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("nanoseconds", ctypes.c_long),
    )


class Alarm:
    """For one greenlet."""

    def __init__(self) -> None:
        self._sleeper: Any = None
        self._spec = _Spec()
        self._library: Any = None
        if sys.platform != "linux":
            return
        library = ctypes.CDLL(None, use_errno=True)
        self._fd = library.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK | _CLOEXEC)
        if self._fd < 0:
            return
        self._library = library
        self._spec_at = ctypes.byref(self._spec)
        self._watcher = gevent.get_hub().loop.io(self._fd, 1, ref=False)
        self._watcher.start(self._ring)

    def wait(self, until: float) -> None:
        """Sleep until a moment on the monotonic clock; an exception thrown in ends it."""
        if self._library is None:
            gevent.sleep(max(until - monotonic(), 0))
            return
        spec = self._spec
        spec.seconds = int(until)
        spec.nanoseconds = int((until - spec.seconds) * 1e9)
        self._sleeper = gevent.getcurrent()
        self._library.timerfd_settime(self._fd, _ABSOLUTE, self._spec_at, None)
        try:
            gevent.get_hub().switch()
        finally:
            self._sleeper = None

    def close(self) -> None:
        """Give its file back."""
        if self._library is not None:
            self._watcher.stop()
            self._watcher.close()
            os.close(self._fd)
            self._library = None

    def _ring(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return
        if self._sleeper is not None:
            self._sleeper.switch()

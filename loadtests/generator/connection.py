"""One connection: a request goes out, its answer comes in, as the event loop calls; nothing here blocks.

Answers are read by geventhttpclient's parser. There is no greenlet per request: thousands may be unanswered.
"""

from __future__ import annotations

import ssl
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

import gevent
import gevent.ssl
from geventhttpclient._parser import HTTPParseError, HTTPResponseParser

from loadtests.generator.answers import Answer
from loadtests.generator.plain import plain

if TYPE_CHECKING:
    from loadtests.generator.pools import Pool
    from loadtests.generator.sending import Flight, Sender

BODY_CAP = 16 * 1024 * 1024
"""Bytes of a body that are read; a longer one is a failure."""
RESTED = 1.0
"""Seconds: a server closes a kept connection that rests for so long, which may cross the next request. One
that closes a busy connection instead of answering has failed."""
_BLOCK = 65536
_READ, _WRITE = 1, 2
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_nothing: Any = deque[str](maxlen=0).append
"""What the parser tells and nobody wants; a builtin, since it is called for every header."""


class Connection(HTTPResponseParser):
    """An open connection, free or with one request on it."""

    def __init__(self, sock: Any, pool: Pool, sender: Sender) -> None:
        super().__init__()
        self._sock = sock
        self._pool = pool
        self._sender = sender
        self.flight: Flight | None = None
        self._answered_at: float | None = None
        """When an answer came over it last."""
        self._rested = False
        self._rest = b""
        self._whole = False
        sock.settimeout(0.0)
        encrypted = isinstance(sock, gevent.ssl.SSLSocket)
        quick = sock if encrypted else sock._sock  # gevent's own would wait
        self._receive, self._send = quick.recv, quick.send
        self._pending = sock.pending if encrypted else None
        self._loop = gevent.get_hub().loop
        self._reader = self._loop.io(sock.fileno(), _READ)
        self._writer: Any = None
        self._reader.start(self._readable)

    def carry(self, flight: Flight, data: bytes) -> None:
        """Send a flight's request."""
        ready = flight.ready
        self.flight = flight
        flight.connection = self
        self._rested = self._answered_at is not None and monotonic() - self._answered_at >= RESTED
        self._status = 0
        self._whole = False
        self._extra = False
        self._touched = False
        self._headless = ready.method == "HEAD"
        self._size = 0
        self._body = bytearray() if ready.reads_body else None
        self._head = bytearray() if ready.reads_head else None
        self._heading = True
        self._write(data)

    def close(self) -> None:
        """Close it; what is still unanswered on it is the caller's matter."""
        if self._reader is None:
            return
        for watcher in (self._reader, self._writer):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._reader = self._writer = None
        self._sock.close()

    def _write(self, data: bytes) -> None:
        try:
            written = self._send(data)
        except _NOT_NOW:
            written = 0
        except OSError as error:
            self._broke(error)
            return
        self._rest = data[written:]
        if not self._rest:
            if self._writer is not None:
                self._writer.stop()
        elif self._writer is None:
            self._writer = self._loop.io(self._sock.fileno(), _WRITE)
            self._writer.start(self._writable)
        elif not self._writer.active:
            self._writer.start(self._writable)

    def _writable(self) -> None:
        try:
            if self.flight is not None:
                self._write(self._rest)
        except Exception as error:
            self._sender.defect(error)

    def _readable(self) -> None:
        try:
            while self._reader is not None:
                try:
                    data = self._receive(_BLOCK)
                except _NOT_NOW:
                    return
                except OSError as error:
                    self._broke(error)
                    return
                self._take(data)
                if self._pending is None or self._reader is None or not self._pending():
                    return
        except Exception as error:
            self._sender.defect(error)

    def _take(self, data: bytes) -> None:
        if self.flight is None:  # closed by the other side, or bytes that nobody has asked for
            self._pool.forget(self)
            self.close()
            return
        if not data and not self._touched:
            self._broke(ConnectionResetError())
            return
        if (
            self._answered_at is not None
            and not self._touched
            and not self._headless
            and (found := plain(data))
        ):
            self._status, begins = found
            self._size = len(data) - begins
            if self._body is not None:
                self._body += data[begins:]
            if self._head is not None:
                self._head += data[:begins]
            self._answered(stays=True)
            return
        self._touched = True
        if self._head is not None and self._heading:
            self._head += data
        try:
            self.feed(data)
        except HTTPParseError:
            if not self._whole:
                self._spoilt("not HTTP" if data else "incomplete answer")
                return
            self._extra = True
        if self._whole:
            self._answered(stays=not self._extra and self.should_keep_alive())
        elif not data:
            self._spoilt("incomplete answer")
        elif self._size > BODY_CAP:
            self._spoilt("body too large")

    def _answered(self, *, stays: bool) -> None:
        flight, self.flight = self.flight, None
        assert flight is not None
        if stays and not self._rest:
            self._answered_at = monotonic()
            self._pool.keep(self)
        else:
            self.close()
        answer = Answer(self._status, bytes(self._head or b""), bytes(self._body or b""))
        self._sender.answered(flight, answer, self._size)

    def _broke(self, error: OSError) -> None:
        flight, self.flight = self.flight, None
        self.close()
        if flight is None:
            self._pool.forget(self)
        else:
            self._sender.broke(flight, error, stale=self._rested and not self._touched)

    def _spoilt(self, why: str) -> None:
        flight, self.flight = self.flight, None
        assert flight is not None
        self.close()
        self._sender.failed(flight, why)

    # what the parser calls: names are its own, what is not None or 0 is an error to it

    _on_status = _nothing
    _on_header_field = _nothing
    _on_header_value = _nothing

    def _on_message_begin(self) -> None:
        if self._whole:
            self._extra = True

    def _on_headers_complete(self) -> bool:
        if self.get_code() >= 200:
            self._heading = False
        return self._headless

    def _on_body(self, data: bytearray) -> None:
        self._size += len(data)
        if self._body is not None and self._size <= BODY_CAP:
            self._body += data

    def _on_message_complete(self) -> None:
        if not self._whole and (status := self.get_code()) >= 200:
            self._status = status
            self._whole = True

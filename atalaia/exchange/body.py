"""A body that is read and decoded up to a cap, whatever is sent."""

from __future__ import annotations

import zlib

_GZIP = 31
_ZLIB = 15
_RAW_DEFLATE = -15
_PIECE = 2**16
"""Decoded at a time: zlib and the copy into what is kept need as much again."""


class Undecodable(Exception):
    """The body is not what its Content-Encoding says."""


class BoundedBody:
    """Takes raw bytes, keeps at most `cap` decoded ones.

    An encoding other than gzip and deflate is kept as it came.
    """

    def __init__(self, cap: int, encoding: str) -> None:
        self._cap = cap
        self._encoding = encoding.strip().lower().removeprefix("x-")
        self._kept = bytearray()
        self._decoder: zlib._Decompress | None = None
        self._undecided = b""

    @property
    def content(self) -> bytes:
        """What was kept."""
        return bytes(memoryview(self._kept)[: self._cap])

    @property
    def truncated(self) -> bool:
        """Whether there was more than the cap."""
        return len(self._kept) > self._cap

    def feed(self, data: bytes) -> None:
        """Take the next raw bytes. Raises Undecodable."""
        if self._encoding not in {"gzip", "deflate"}:
            self._kept += data[: self._room]
            return
        try:
            self._decode(data)
        except zlib.error as error:
            raise Undecodable(f"the body is not the {self._encoding} that its header says") from error

    def finish(self) -> None:
        """Note the end of the raw bytes. Raises Undecodable where the encoded stream goes on."""
        begun = self._decoder is not None or bool(self._undecided)
        ended = self._decoder is not None and self._decoder.eof
        if begun and not ended and not self.truncated:
            raise Undecodable(f"the {self._encoding} body ends before its end")

    @property
    def _room(self) -> int:
        """One byte more than fits, to know that there was more."""
        return self._cap + 1 - len(self._kept)

    def _decode(self, data: bytes) -> None:
        data = self._undecided + data
        self._undecided = b""
        if self._decoder is None:
            if len(data) < 2:
                self._undecided = data
                return
            self._decoder = zlib.decompressobj(self._format(data))
        while data and self._room > 0:
            if self._decoder.eof:
                if self._encoding != "gzip" or not data.startswith(b"\x1f\x8b"[: len(data)]):
                    return  # padding after the end, which everybody ignores
                self._decoder = zlib.decompressobj(_GZIP)
            self._kept += self._decoder.decompress(data, min(self._room, _PIECE))
            data = self._decoder.unused_data or self._decoder.unconsumed_tail

    def _format(self, start: bytes) -> int:
        if self._encoding == "gzip":
            return _GZIP
        # `deflate` means zlib's format; some servers send the bare stream.
        is_zlib = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return _ZLIB if is_zlib else _RAW_DEFLATE

"""TLS between a socket and who reads an answer: bytes in, bytes out, and nothing that waits."""

from __future__ import annotations

import ssl


class Tls:
    """One connection's."""

    __slots__ = ("_incoming", "_outgoing", "told")

    def __init__(self, context: ssl.SSLContext, name: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.told = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        """Tells, after the handshake, what was agreed on."""

    def came(self, data: bytes) -> None:
        """These bytes have come; none means that no more will."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def shake_hands(self) -> bool:
        """Go on with the handshake as far as what has come allows; whether it is over. Raises SSLError."""
        try:
            self.told.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def to_send(self) -> bytes:
        """What has to be sent now."""
        return self._outgoing.read()

    def seal(self, data: bytes) -> bytes:
        """The same as it is sent. Raises SSLError."""
        self.told.write(data)
        return self.to_send()

    def opened(self, most: int) -> bytes | None:
        """What has come for its reader, so many bytes at most; none of them: no more will come, None: not
        yet. Raises SSLError.
        """
        if not (self._incoming.pending or self._incoming.eof or self.told.pending()):
            return None  # to be told so by OpenSSL takes longer
        try:
            return self.told.read(most)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLEOFError:  # cut without a word, which the answer's own length has to tell
            return b""

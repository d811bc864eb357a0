"""Servers that talk as a test tells them to: on sockets, and in TLS down to single bytes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def talking(converse: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that has such a conversation with each of its clients, and hangs up; its port."""

    def talk(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            converse(client)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            clients.append((client, threading.Thread(target=talk, args=(client,), daemon=True)))
            clients[-1][1].start()

    clients: list[tuple[socket.socket, threading.Thread]] = []
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for client, talker in clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
                talker.join(10)


def reset(client: socket.socket) -> None:
    """Hang up with a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def listen(client: socket.socket) -> None:
    """Until the other end hangs up, and say nothing."""
    while client.recv(65536):
        pass


class Talk:
    """The server's end of TLS: what is said becomes bytes, which are for the test to send."""

    def __init__(self, client: socket.socket, context: ssl.SSLContext) -> None:
        self.client = client
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def greet(self) -> bool:
        """Go on with the handshake by what comes next; whether it is over. Raises SSLError."""
        self._receive()
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def words(self) -> bytes:
        """What has to be sent now."""
        return self._outgoing.read()

    def shake_hands(self, piece: int = 65536) -> None:
        """To the end, sent in pieces of so many bytes."""
        over = False
        while not over:
            over = self.greet()
            self.send(self.words(), piece)

    def hear(self) -> bytes:
        """What the client says."""
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                self._receive()

    def seal(self, text: bytes) -> bytes:
        """A record, or several."""
        self.tls.write(text)
        return self.words()

    def farewell(self) -> bytes:
        """The announcement that no more will come."""
        with contextlib.suppress(ssl.SSLError):
            self.tls.unwrap()
        return self.words()

    def send(self, words: bytes, piece: int = 65536) -> None:
        """In pieces of so many bytes."""
        for at in range(0, len(words), piece):
            self.client.sendall(words[at : at + piece])

    def _receive(self) -> None:
        if not (words := self.client.recv(65536)):
            raise ConnectionError("the client hung up")
        self._incoming.write(words)


def speaking(certificate: Path, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """A server's TLS with key and certificates of this PEM file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = newest
    context.load_cert_chain(certificate)
    return context

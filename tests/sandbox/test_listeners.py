"""A listener that an installation opens is found, with the program that holds it."""

from __future__ import annotations

import os
import socket
import sys

from scripts.setup.listeners import listeners, program


def test_a_new_listener_is_seen_with_its_program() -> None:
    before = listeners()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        (found,) = [one for one in listeners() - before if (one.address, one.port) == ("127.0.0.1", port)]
        assert program(found) == os.path.realpath(sys.executable)
    assert found not in listeners()

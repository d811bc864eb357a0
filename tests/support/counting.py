"""A real server on loopback that answers as its paths say, and counts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class CountingServer(ThreadingHTTPServer):
    """GET /status/503 answers 503; GET /hang answers when it is told to end; all are counted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.counts: Counter[str] = Counter()
        self.clients: Counter[str] = Counter()
        self.asked = threading.Condition()
        self.ending = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def wait_for(self, path: str, timeout: float = 60) -> None:
        """Until the path has been asked for. Raises TimeoutError."""
        with self.asked:
            if not self.asked.wait_for(lambda: self.counts[path], timeout):
                raise TimeoutError(f"{path} was never asked for")


class _Handler(BaseHTTPRequestHandler):
    server: CountingServer

    def do_GET(self) -> None:
        with self.server.asked:
            self.server.counts[self.path] += 1
            self.server.clients[self.client_address[0]] += 1
            self.server.asked.notify_all()
        if self.path == "/hang":
            self.server.ending.wait()
            return
        status = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        body = b'{"status":"UP"}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def counting_server() -> Iterator[CountingServer]:
    """The server, for as long as the block lasts."""
    server = CountingServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""The echo upstream of the recordings: answers with the request it saw, as JSON."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MORE = (("X-Powered-By", "upstream"), ("X-Internal", "secret"), ("X-Dup", "one"), ("X-Dup", "two"))

_CORS = (("Access-Control-Allow-Origin", "https://upstream.example"), ("Vary", "Accept-Encoding"))


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        seen = {
            "method": self.command, "target": self.path, "headers": self.headers.items(),
            "body": self.rfile.read(length).decode(),
        }  # fmt: skip
        path = self.path.partition("?")[0]
        status = int(path.rpartition("/status/")[2]) if "/status/" in path else 200
        if "/slow/" in path:
            time.sleep(float(path.rpartition("/slow/")[2]))
        body = json.dumps(seen).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if path.endswith("/hdrs"):
            for name, value in _MORE:
                self.send_header(name, value)
        if path.endswith("/corsy"):
            for name, value in _CORS:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with suppress(BrokenPipeError):  # Kong has not waited for what is slow
                self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def version_string(self) -> str:
        """As recorded."""
        return "echo-upstream/1.0"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def echo_upstream(port: int) -> Iterator[None]:
    """Serve on 127.0.0.1:`port` until the end of the block."""
    with ThreadingHTTPServer(("127.0.0.1", port), _Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()

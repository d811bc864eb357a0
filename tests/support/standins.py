"""Stand-ins as real processes on free ports."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atalaia.errors import NotMeasured
from sandbox.standins.config import ServiceConfig, StandIns
from sandbox.standins.control import Status, send_now

ROOT = Path(__file__).resolve().parents[2]
JWT_SECRET = "only-for-tests-only-for-tests-only-for-tests"
PASSWORD = "only-for-tests"
CLINICS = ("clinic-a", "clinic-b")


def free_ports(count: int) -> list[int]:
    """Ports of five digits that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def service(name: str, port: int, *prefixes: str, **others: Any) -> ServiceConfig:
    """A service whose stores are not there, unless `others` say where."""
    (dead,) = free_ports(1)
    stores = {"postgres": f"postgresql://u:p@127.0.0.1:{dead}/d", "redis": f"redis://:p@127.0.0.1:{dead}/0"}
    accounts = [
        {"email": f"admin@{clinic}.example", "password": PASSWORD, "clinic": clinic} for clinic in CLINICS
    ]
    return ServiceConfig.model_validate(
        {
            "name": name, "port": port, "prefixes": prefixes, "jwt_secret": JWT_SECRET,
            "clinics": CLINICS, "accounts": accounts, **stores, **others,
        }
    )  # fmt: skip


@contextmanager
def running(
    config: StandIns, *, deadline: float = 15.0, says: bytes = b""
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process of stand-ins, wait until it serves, and end it; it must end well.

    What it says must match `says`: nothing, as it stands.
    """
    file = config.control.with_suffix(".json")
    file.write_text(config.model_dump_json())
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.standins", str(file)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        until = time.monotonic() + deadline
        while not _serves(config.control):
            assert process.poll() is None, f"it ended: {process.communicate()[0].decode()}"
            assert time.monotonic() < until, "it does not serve in time"
            time.sleep(0.02)
        yield process
        process.terminate()
        output = process.communicate(timeout=10)[0]
        assert process.returncode == 0
        assert re.fullmatch(says, output), output.decode()
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _serves(control: Path) -> bool:
    if not control.exists():
        return False
    try:
        return send_now(control, Status()).done
    except NotMeasured:
        return False


@dataclass(frozen=True)
class Answer:
    """An answer, its headers in wire order."""

    status: int
    phrase: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(
    port: int,
    method: str,
    target: str,
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    *,
    host: bool = True,
    timeout: float = 10.0,
) -> Answer:
    """One request over a connection of its own, sent exactly as given (Host is added, unless told not to)."""
    given = list(headers or ())
    names = {name.lower() for name, _ in given}
    if host and "host" not in names:
        given.insert(0, ("Host", f"127.0.0.1:{port}"))
    if body and not names & {"content-length", "transfer-encoding"}:
        given.append(("Content-Length", str(len(body))))
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given)
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(head.encode("latin-1") + b"\r\n" + body)
        return read_answer(connection, method)


def read_answer(connection: socket.socket, method: str = "GET") -> Answer:
    """The next answer on a connection."""
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return Answer(response.status, response.reason, response.getheaders(), response.read())

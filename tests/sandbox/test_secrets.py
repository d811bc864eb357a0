"""Secrets stay secret: marked ones everywhere, against a server that gives back whatever it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

MARK = "zq7Xw"
"""No file, and no word of ours, has this by chance."""

SECRETS = {
    "SERVICE_PASSWORD": f"{MARK}-service/1+a=",
    "STATS_PASSWORD": f"{MARK}-stats:é&2",
    "STATS_TOKEN": f"{MARK}-token-3",
    "POSTGRES_PASSWORD": f'{MARK}-postgres"4\\',
    "REDIS_PASSWORD": f"{MARK}-redis%5",
    "GRAFANA_PASSWORD": f"{MARK}-grafana 6",
    "JWT_SECRET": f"{MARK}-jwt<7>",
}

ENVIRONMENT = """
name: secretive
safety: staging
deadlines: {{connect: 1s, total: 2s}}
services:
  auth-service:
    url: "http://user:${{SERVICE_URL}}@127.0.0.1:{port}"
    health: /health
    gateway_health: /health
gateway:
  nodes:
    - {{proxy: "http://u:${{SERVICE_URL}}@127.0.0.1:{port}", admin: "http://u:${{SERVICE_URL}}@127.0.0.1:{port}"}}
load_balancer:
  url: "http://u:${{SERVICE_URL}}@127.0.0.1:{port}"
  tls_url: "https://u:${{SERVICE_URL}}@127.0.0.1:{port}"
  stats:
    url: "http://127.0.0.1:{port}/stats?token=${{STATS_TOKEN}}"
    username: admin
    password: "${{STATS_PASSWORD}}"
  backends: {{api: {{servers: [kong-1], paths: [/api/]}}}}
stores:
  postgres: {{dsn: "postgresql://u:${{POSTGRES_URL}}@127.0.0.1:{port}/db"}}
  redis: {{url: "redis://u@127.0.0.1:{port}/0", password: "${{REDIS_PASSWORD}}"}}
prometheus: {{url: "http://u:${{SERVICE_URL}}@127.0.0.1:{port}"}}
grafana: {{url: "http://127.0.0.1:{port}", username: admin, password: "${{GRAFANA_PASSWORD}}"}}
authentication: {{jwt: {{secret: "${{JWT_SECRET}}"}}}}
"""


class Echo(BaseHTTPRequestHandler):
    """Gives back the request, and every secret in several encodings: a server that has been told them."""

    def do_GET(self) -> None:
        told = "\n".join(f"{value} {quote(value, safe='')}" for value in SECRETS.values())
        body = f"{self.requestline}\n{self.headers}\n{told}".encode()
        self.send_response(500, f"sorry {SECRETS['STATS_TOKEN']}")
        self.send_header("X-Echo", quote(SECRETS["SERVICE_PASSWORD"], safe=""))
        self.send_header("X-Token", SECRETS["STATS_TOKEN"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("workers", [1, 2])
def test_marked_secrets_appear_in_no_file_and_no_message(tmp_path, port, workers):
    (tmp_path / "env.yml").write_text(ENVIRONMENT.format(port=port))
    variables = {
        **os.environ,
        **SECRETS,
        "SERVICE_URL": quote(SECRETS["SERVICE_PASSWORD"], safe=""),
        "POSTGRES_URL": quote(SECRETS["POSTGRES_PASSWORD"], safe=""),
        "ATALAIA_STATE_DIR": str(tmp_path / "state"),
    }
    printed = b""
    for arguments in (
        ["check", "--env", "env.yml", "-n", str(workers), "--junit", "out/j.xml", "--allure", "out/allure"],
        ["check", "--env", "env.yml", "--plan"],
        ["env", "show", "--env", "env.yml"],
        ["env", "validate", "env.yml"],
        ["report", "--format", "markdown"],
    ):
        command = [sys.executable, "-P", "-m", "atalaia.cli", *arguments]
        run = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, timeout=120)
        assert b"Traceback" not in run.stderr, run.stderr.decode()
        printed += run.stdout + run.stderr
    assert MARK.encode() not in printed
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(list((tmp_path / "out").rglob("*.json"))) > 10, "there are observations to look into"
    assert [str(path) for path in written if MARK.encode() in path.read_bytes()] == []

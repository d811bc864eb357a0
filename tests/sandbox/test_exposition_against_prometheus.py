"""What the reader of pages says is refused, a real Prometheus refuses, and it takes all else."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from atalaia.systems.prometheus.exposition import FlawKind, read
from sandbox.programs import Program

LINES = (
    b"jobs-done 1", b"1st 1", b"jobs", b"jobs 1,5", b"jobs 0x10", b"jobs 1_000", b"jobs 1e999", b"jobs +NaN",
    b"jobs 1 soon", b"jobs 1 1.5", b"jobs 1 2 3", b"jobs 1 -5", b'jobs{a="b" 1',
    b"jobs{a=b} 1", b"jobs{a='b'} 1",
    b'jobs{a-b="c"} 1', b'jobs{="c"} 1', b'jobs{a="b",a="c"} 1', b'jobs{__name__="x"} 1',
    b'jobs{city="S\xe3o"} 1',
    b"# TYPE jobs kounter", b"# TYPE jobs  counter", b"# TYPE jobs counter ", b"# TYPE 1 counter", b"{} 1",
    b"jobs 1\r", b"# TYPE jobs counter\r", b"\tjobs 1", b"# HELP jobs S\xe3o", b'jobs{a="b"}',
    b"jobs 0x1p3", b"jobs 1 # a comment",
    b"jobs +Inf", b"jobs inf", b"jobs Infinity", b"jobs nan", b"jobs .5", b"jobs 5.", b"jobs\t1", b"jobs 1  ",
    b'jobs {a="}"} 1', b'jobs{a="b"}1', b'jobs{ a = "b" , } 1', b"jobs{} 1", b"jobs{,} 1",
    b'jobs{a="b"c="d"} 1',
    'jobs{a="\u2028ü"} 1'.encode(), b'jobs{a="\\t"} 1', b'jobs{a="x\ny"} 1', b'jobs{a="b"} 1\njobs{a="b"} 2',
    b"#HELP is a comment", b"# TYPED", b"#", b"# HELP", b"# TYPE", b"#  HELP jobs a", b"# HELP jobs\xe3 a",
    b"# HELP jobs x\r", b"# EOF", b"# UNIT jobs s", b"\0", b"# TYPE jobs gauge\n# TYPE jobs counter",
    b"jobs 1\n# TYPE jobs gauge", b"\xef\xbb\xbfjobs 1", b"jobs_of_1970 1 1000",
)  # fmt: skip
"""Each is a page, behind one good line."""


def page(number: int) -> bytes:
    return b"other 1\n" + LINES[number] + b"\n"


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = page(int(self.path[1:]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Prometheus that scrapes each page."""
    home: Path = tmp_path_factory.mktemp("prometheus")
    pages = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{pages.server_port}"
    groups = [
        {"targets": [address], "labels": {"__metrics_path__": f"/{number}", "page": str(number)}}
        for number in range(len(LINES))
    ]
    configuration = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "pages", "static_configs": groups}],
    }
    (home / "prometheus.yml").write_text(json.dumps(configuration))
    port = _free_port()
    arguments = (f"--storage.tsdb.path={home}", f"--config.file={home}/prometheus.yml")
    command = [Program("prometheus", "prometheus").path, *arguments, f"--web.listen-address=127.0.0.1:{port}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield port
    finally:
        server.terminate()
        server.wait()
        pages.shutdown()


@pytest.fixture(scope="module")
def scraped(prometheus: int) -> dict[int, dict[str, Any]]:
    """What Prometheus says of each page, once it has scraped it."""
    return _settled(prometheus)


def _settled(port: int) -> dict[int, dict[str, Any]]:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        time.sleep(0.2)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets") as answer:
                targets = json.load(answer)["data"]["activeTargets"]
        except OSError:
            continue
        if len(targets) == len(LINES) and all(target["health"] != "unknown" for target in targets):
            return {int(target["labels"]["page"]): target for target in targets}
    raise AssertionError("Prometheus has not scraped all pages within 40 s")


@pytest.mark.parametrize("number", range(len(LINES)), ids=[repr(line) for line in LINES])
def test_refused_is_what_prometheus_refuses(scraped: dict[int, dict[str, Any]], number: int) -> None:
    refused = read(page(number)).flaws_of(FlawKind.REFUSED)
    said = scraped[number]
    assert (said["health"] == "down") == bool(refused), (said["lastError"], refused)


def test_a_sample_of_long_ago_is_dropped_though_its_target_is_up(
    scraped: dict[int, dict[str, Any]], prometheus: int
) -> None:
    assert scraped[LINES.index(b"jobs_of_1970 1 1000")]["health"] == "up"
    found = f"http://127.0.0.1:{prometheus}/api/v1/series?match[]=%s&start=0"
    with urllib.request.urlopen(found % "jobs_of_1970") as answer:
        assert json.load(answer)["data"] == []
    with urllib.request.urlopen(found % "other") as answer:
        assert json.load(answer)["data"] != []

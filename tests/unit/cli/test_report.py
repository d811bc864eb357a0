"""`atalaia report`."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from atalaia.cli import cli
from atalaia.errors import UsageError
from tests.support.example_runs import RUNS

ROOT = Path(__file__).parents[3]


def report(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables}
    command = [sys.executable, "-m", "atalaia.cli", "report", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True)


@pytest.fixture
def out(tmp_path) -> Path:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "findings.json").write_text(RUNS["many-failures"]().model_dump_json(by_alias=True))
    return tmp_path


def test_the_latest_run_is_told_without_an_argument(out):
    told = report(out)
    assert (told.returncode, told.stderr) == (0, b"")
    assert b"service.unhealthy@user-service" in told.stdout
    assert told.stdout.endswith(b"findings  out/findings.json\n")
    assert b"\x1b" not in told.stdout


def test_another_run_is_told_by_its_path(out):
    (out / "green.json").write_text(RUNS["all-green"]().model_dump_json(by_alias=True))
    told = report(out, "green.json")
    assert b"PASSED  27 passed" in told.stdout


def test_markdown_is_written_in_utf_8_whatever_the_terminal_writes(out):
    told = report(out, "--format", "markdown", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert told.stdout.decode("utf-8").startswith("## ❌ atendeai: failed\n")


def test_a_stream_without_unicode_gets_ascii(out):
    told = report(out, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert told.returncode == 0
    assert told.stdout.isascii()
    assert b"  x critical  tcp.unreachable@auth-service\n" in told.stdout


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_a_terminal_gets_colour_unless_it_is_declined(out, no_color, coloured):
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "atalaia.cli", "report"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "COLUMNS": "80",
        "NO_COLOR": no_color,
    }
    with subprocess.Popen(command, cwd=out, env=environment, stdout=terminal):
        os.close(terminal)
        said = b""
        try:
            while part := os.read(controller, 65536):
                said += part
        except OSError:  # how Linux says that the other side is closed
            pass
        finally:
            os.close(controller)
    assert b"findings" in said
    assert (b"\x1b[1;31m" in said) is coloured


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{}", b'{"schema": 2}', b"\x00\xff" * 50],
    ids=["missing", "empty", "no-keys", "newer", "binary"],
)
def test_a_missing_or_foreign_file_is_a_usage_error_that_names_it(tmp_path, content):
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(f"{path}: ")):
        cli.main(["report", str(path)], standalone_mode=False)


def test_a_user_sees_a_message_and_exit_code_3_and_no_traceback(tmp_path):
    told = report(tmp_path, "x.json")
    assert told.returncode == 3
    assert told.stdout == b""
    assert told.stderr.decode() == "x.json: there is no such file; `atalaia check` writes out/findings.json\n"


def test_a_report_that_cannot_be_written_is_a_message_and_exit_code_4(out):
    with open("/dev/full", "wb") as full:
        told = subprocess.run(
            [sys.executable, "-m", "atalaia.cli", "report"],
            cwd=out,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert told.returncode == 4
    assert b"Traceback" not in told.stderr


def test_help_says_what_it_does_with_examples(tmp_path):
    told = report(tmp_path, "--help").stdout.decode()
    assert "atalaia report --format markdown" in told
    assert max(map(len, told.splitlines())) <= 80

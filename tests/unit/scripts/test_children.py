"""What make runs ends by itself: signals reach it, and its exit code is told last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PARENT = """
import sys
from scripts.children import Children
children = Children()
code = children.run(sys.executable, "-c", sys.argv[1])
print("ended with", code, "interrupted" if children.interrupted else "undisturbed")
"""
CHILD = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", os.getpid(), flush=True)
signal.pause()
"""


def start(child: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, child],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_request_to_end_is_handed_on_and_the_childs_own_end_is_waited_for() -> None:
    with start(CHILD) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("ready")
        parent.send_signal(signal.SIGTERM)
        assert parent.stdout.read() == "ended with 7 interrupted\n"


def test_ctrl_c_is_not_given_to_the_child_twice() -> None:
    """The terminal has given it to every process; a second one would cut short what the first began."""
    with start(CHILD) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline().split()[1])
        parent.send_signal(signal.SIGINT)
        os.kill(child, 0)  # it runs on
        os.kill(child, signal.SIGTERM)
        assert parent.stdout.read() == "ended with 7 interrupted\n"


@pytest.mark.parametrize(("code", "said"), [("0", "0"), ("3", "3")])
def test_an_undisturbed_childs_code_is_its_own(code: str, said: str) -> None:
    with start(f"raise SystemExit({code})") as parent:
        assert parent.stdout is not None
        assert parent.stdout.read() == f"ended with {said} undisturbed\n"


def test_the_exit_code_of_the_command_is_the_last_line(tmp_path: Path) -> None:
    """`make` shows it to people; it turns every failure into 2 itself."""
    command = tmp_path / "atalaia"
    command.write_text('#!/bin/sh\necho "called with $*"\nexit 3\n')
    command.chmod(0o755)
    code = "import sys; from scripts import atalaia; atalaia.ATALAIA = sys.argv[1]"
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}; sys.exit(atalaia.main(sys.argv[2:]))",
            command,
            "check",
            "--env",
            "none",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.splitlines() == ["called with check --env none", "atalaia exit code: 3"]
    assert ended.returncode == 3

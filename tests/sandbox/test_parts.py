"""`make test`: every part runs, each is timed, and nothing is passed over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import test as parts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """Run `make test` with parts of our own; returns its code and what it printed."""
    monkeypatch.setattr(parts, "OUT", tmp_path)
    monkeypatch.setattr(parts, "Children", _Plain)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # a quicker start

    def run(*those: parts.Part, names: tuple[str, ...] = ()) -> tuple[int, str]:
        monkeypatch.setattr(parts, "PARTS", those)
        code = parts.main(list(names))
        return code, capfd.readouterr().out

    return run


class _Plain:
    """Runs commands without taking the test's own signal handlers."""

    interrupted = False

    def run(self, *command: str) -> int:
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def suite(directory: Path, name: str, source: str) -> parts.Part:
    """A part of one test file, as tests/NAME would be."""
    (directory / f"test_{name}.py").write_text(source)
    junit = f"--junitxml={directory / name}.xml"
    options = ("-q", "--noconftest", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={directory}")
    return parts.Part(name, (("pytest", f"{directory}/test_{name}.py", junit, *options),), suite=True)


PASSES, FAILS = ("this",), ("no_such_module_here",)


def test_all_parts_run_though_the_first_fails_and_the_whole_fails(run, tmp_path: Path) -> None:
    code, out = run(parts.Part("one", (FAILS,)), suite(tmp_path, "two", "def test_a():\n    pass\n"))
    assert code == 1
    table = out[out.index("part       result") :]
    assert [line.split()[:2] for line in table.splitlines()[1:4]] == [
        ["one", "FAILED"],
        ["two", "ok"],
        ["total", "FAILED"],
    ]
    assert out.splitlines()[-1] == "1 passed, 0 failed, 0 skipped"


def test_when_all_parts_hold_the_whole_does(run, tmp_path: Path) -> None:
    code, out = run(suite(tmp_path, "one", "def test_a():\n    pass\n"))
    assert (code, out.splitlines()[-1]) == (0, "1 passed, 0 failed, 0 skipped")


@pytest.mark.parametrize(
    ("source", "counts"),
    [
        ("import pytest\ndef test_a():\n    pytest.skip('no haproxy')\n", "0 passed, 0 failed, 1 skipped"),
        ("def test_a():\n    assert 0\ndef test_b():\n    pass\n", "1 passed, 1 failed, 0 skipped"),
        (
            "import pytest\n@pytest.fixture\ndef f():\n    1/0\ndef test_a(f):\n    pass\n",
            "0 passed, 1 failed, 0 skipped",
        ),
        ("raise SystemError\n", "0 passed, 1 failed, 0 skipped"),
        ("", "0 passed, 0 failed, 0 skipped"),
    ],
    ids=["a skip", "a failure", "an error", "a file that cannot be read", "no test at all"],
)
def test_a_part_fails_for(run, tmp_path: Path, source: str, counts: str) -> None:
    code, out = run(suite(tmp_path, "one", source))
    assert (code, out.splitlines()[-1]) == (1, counts)


def test_a_part_that_does_not_exist_is_a_message() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.test", "lnit"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 3
    assert ended.stderr == "test: no part is called lnit; parts: lint types unit sandbox matrix\n"

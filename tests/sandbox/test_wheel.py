"""Atalaia installed as a wheel, far from its checkout, in a directory with a poisoned pyproject.toml."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.counting import counting_server

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("atalaia", "deploy", "environments", "loadtests", "probes", "reports", "sandbox", "suites")
POISON = """
[tool.pytest]
addopts = ["--no-such-option"]
[tool.pytest.ini_options]
addopts = "--no-such-option"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of what is here."""
    directory = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `atalaia` command of a fresh virtual environment: the wheel, what it needs, nothing else."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    install = ["-m", "pip", "--python", venv / "bin" / "python", "install", "--quiet", "--no-input"]
    constraints = ["--disable-pip-version-check", "-c", ROOT / "constraints.txt"]
    subprocess.run([sys.executable, *install, *constraints, f"{wheel}[sandbox]"], check=True)
    return venv / "bin" / "atalaia"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A directory of somebody's project, whose settings must not matter."""
    (tmp_path / "pyproject.toml").write_text(POISON)
    (tmp_path / "conftest.py").write_text("raise SystemError('a foreign conftest was read')\n")
    (tmp_path / "suites.py").write_text("raise SystemError('a foreign module was imported')\n")
    return tmp_path


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory with a short path: unix sockets lie in it."""
    with TemporaryDirectory(prefix="atalaia-", dir="/tmp") as directory:
        Path(directory).chmod(0o755)  # PostgreSQL runs as another account, where root starts it
        yield Path(directory)


def run(atalaia: Path, directory: Path, state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    return subprocess.run(
        [atalaia, *arguments],
        cwd=directory,
        env=clean | {"ATALAIA_STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    """Suites, configurations and environments are data that a run needs, as much as code."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    expected = {name for name in listing.stdout.splitlines() if (ROOT / name).is_file()}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected
    assert {"suites/live.toml", "environments/atendeai.yml"} <= held


def test_running_a_suite_installs_neither_locust_nor_allure(installed: Path) -> None:
    code = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    names = subprocess.run(
        [installed.with_name("python"), "-c", code], check=True, capture_output=True, text=True
    )
    assert "atalaia" in names.stdout.split()
    assert {name for name in names.stdout.lower().split() if "locust" in name or "allure" in name} == set()


def test_a_suite_runs_from_another_directory(installed: Path, elsewhere: Path, state: Path) -> None:
    with counting_server() as server:
        (elsewhere / "mine.yml").write_text(
            f"name: mine\nsafety: sandbox\nservices:\n  one: {{url: '{server.url}', health: /ok}}\n"
        )
        ended = run(installed, elsewhere, state, "check", "connectivity", "--env", "mine.yml", "-n", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    findings = json.loads((elsewhere / "out" / "findings.json").read_text())
    assert findings["complete"]
    assert {result["outcome"] for result in findings["results"]} == {"passed", "skipped"}


def test_allure_is_asked_for_where_it_is_not_installed(installed: Path, elsewhere: Path, state: Path) -> None:
    (elsewhere / "mine.yml").write_text("name: mine\nservices:\n  one: {url: 'http://127.0.0.1:9'}\n")
    ended = run(installed, elsewhere, state, "check", "--env", "mine.yml", "--allure", "results")
    assert ended.returncode == 3
    assert "atalaia[allure]" in ended.stderr


def test_locust_is_asked_for_where_it_is_not_installed(installed: Path, elsewhere: Path, state: Path) -> None:
    (elsewhere / "mine.yml").write_text("name: mine\nservices:\n  one: {url: 'http://127.0.0.1:9'}\n")
    ended = run(installed, elsewhere, state, "load", "run", "smoke", "--env", "mine.yml")
    assert ended.returncode == 3
    assert "atalaia[load]" in ended.stderr
    assert "steady" in run(installed, elsewhere, state, "load", "list").stdout


def test_the_shipped_environments_are_found_by_name(installed: Path, elsewhere: Path, state: Path) -> None:
    ended = run(installed, elsewhere, state, "check", "--env", "nobody")
    assert ended.returncode == 3
    assert "atendeai, faciliauto, neo-stack" in ended.stderr


def test_a_sandbox_starts_is_tested_and_stops_from_another_directory(
    installed: Path, elsewhere: Path, state: Path
) -> None:
    """Its servers' configurations come out of the wheel too."""
    up = run(installed, elsewhere, state, "sandbox", "up", "--id", "wheel")
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        ended = run(installed, elsewhere, state, "check", "connectivity", "--env", "sandbox")
        assert ended.returncode == 0, ended.stdout + ended.stderr
    finally:
        down = run(installed, elsewhere, state, "sandbox", "down", "wheel")
    assert down.returncode == 0, down.stdout + down.stderr

"""The repository as somebody finds it: the front door leads somewhere, and nothing private lies about."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from atalaia.environment.loader import load
from scripts.setup import packages

ROOT = Path(__file__).resolve().parents[2]
_TARGET = re.compile(r"^([a-z-]+):(?!=)[^#\n]*(?:## (.*))?$", re.MULTILINE)
TARGETS: dict[str, str] = dict(_TARGET.findall((ROOT / "Makefile").read_text()))
"""Target → what it says it does."""


def tracked() -> list[Path]:
    """Every file of the repository that is text."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


PRIVATE = {
    "an index of packages": r"index-[u]rl|find-[l]inks|registry *= *[\"']?http|://[^\s/]+/(simple|debian)\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "somebody's home": r"/(home|Users)/[a-z]\w*/|/root/\.",
    "where this checkout lies": re.escape(str(ROOT)) + r"\b",
}


@pytest.mark.parametrize("what", PRIVATE)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(PRIVATE[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_constraints_hold_names_and_exact_versions_only() -> None:
    assert [line for line in pins() if not re.fullmatch(r"[A-Za-z0-9][\w.-]*==\d[\w.+!]*", line)] == []
    assert pins() == sorted(pins(), key=str.lower)


def test_every_dependency_is_pinned_and_says_its_oldest_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [
        project["build-system"]["requires"],
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
    ]
    wanted = itertools.chain.from_iterable(groups)
    names = {_canonical(re.split(r"[\[<>=~! ]", one)[0]) for one in wanted} - {"atalaia"}
    pinned = {_canonical(line.split("==")[0]) for line in pins()}
    assert names - pinned == set()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_running_a_suite_needs_neither_locust_nor_allure() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert not [one for one in project["dependencies"] if "locust" in one or "allure" in one]


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    assert TARGETS.keys() >= {
        *("help", "setup", "demo", "test", "prove", "lint"),
        *("sandbox-up", "sandbox-down", "test-connectivity"),
    }
    assert [target for target, description in TARGETS.items() if not description] == []


def test_help_lists_every_target_within_80_columns() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"^  ([a-z-]+) ", shown, re.M)) == TARGETS.keys()
    assert max(map(len, shown.splitlines())) <= 80


PAGES = sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))


def test_every_make_target_named_in_the_documents_exists() -> None:
    text = "\n".join((ROOT / page).read_text() for page in PAGES)
    named = {
        one or other for one, other in re.findall(r"`make ([a-z-]+)|^ *make ([a-z-]+)", text, re.MULTILINE)
    }
    assert named - TARGETS.keys() == set()
    assert named >= {"demo", "test", "test-connectivity"}, "has the pattern gone blind?"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_the_documents_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_an_empty_env_is_no_environment_and_the_tools_own_message_is_seen() -> None:
    """make passes --env only when it is given one; otherwise the command says what is missing."""
    commands = dry_run("test-connectivity")
    assert "check connectivity" in commands
    assert "--env" not in commands
    assert "--env 'sandbox'" in dry_run("test-connectivity", "ENV=sandbox")
    assert "-k redis\n" in dry_run("test-connectivity", "ARGS=-k redis")


def dry_run(*arguments: str) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("ENV", "ARGS", "MAKEFLAGS")
    }
    return subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    ).stdout


def test_ci_runs_make_test_and_can_be_executed() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "make test" in run.read_text()


def test_setup_installs_the_nine_server_packages() -> None:
    assert sorted(packages.SERVERS) == [
        "haproxy",
        "postgresql",
        "prometheus",
        "prometheus-alertmanager",
        "prometheus-node-exporter",
        "prometheus-postgres-exporter",
        "prometheus-pushgateway",
        "prometheus-redis-exporter",
        "redis-server",
    ]


def test_the_environment_file_that_the_readme_shows_is_right(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    file = tmp_path / "my-stack.yml"
    file.write_text(shown)
    variables = {
        "STATS_PASSWORD": "s",
        "DATABASE_URL": "postgresql://u:p@10.0.0.6:5432/shop",
        "REDIS_URL": "redis://:p@10.0.0.7:6379/0",
    }
    assert set(re.findall(r"\$\{(\w+)\}", shown)) == variables.keys()
    environment = load(file, variables)
    assert environment.name == "my-stack"
    assert set(environment.services) == {"orders"}

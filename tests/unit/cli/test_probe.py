"""`atalaia probe`: what is asked wrongly is a message, before anything is sent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from atalaia.cli.probe import probe
from atalaia.errors import UsageError

ENVIRONMENT = """\
name: mine
services: {orders: {url: "http://127.0.0.1:3001", health: /health}}
probes: {location: gru}
"""


@pytest.fixture
def environment(tmp_path: Path) -> str:
    (tmp_path / "mine.yml").write_text(ENVIRONMENT)
    return str(tmp_path / "mine.yml")


def refused(*words: str) -> str:
    with pytest.raises(UsageError) as error:
        CliRunner().invoke(probe, words, catch_exceptions=False, standalone_mode=False)
    return str(error.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--shard", "3/3"], "INDEX/COUNT"),
        (["run", "--textfile", "/tmp/probes.txt"], ".prom"),
        (["run", "--junit", "/nowhere/at/all.xml"], "no directory"),
        (["run", "--plan", "--probe", "order"], "did you mean orders?"),
        (["serve", "--listen", "0"], "[HOST:]PORT"),
        (["prune"], "no Pushgateway"),
        (["backfill", "--out", "x.om", "--since", "yesterday"], "2026-11-21T14:00:00Z"),
        (["backfill", "--out", "x.om", "--since", "2026-11-21T14:00:00"], "time zone"),
        (["show", "orders"], "nothing was probed here yet"),
    ],
)
def test_what_cannot_be_done_as_asked(
    environment: str, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))
    if words[0] == "backfill":
        (tmp_path / "state" / "probes").mkdir(parents=True)
        (tmp_path / "state" / "probes" / "mine.sqlite").touch()
    assert said in refused(*words, "--env", environment)


def test_the_plan_is_listed_with_nothing_sent(environment: str) -> None:
    listed = CliRunner().invoke(probe, ["list", "--env", environment], standalone_mode=False)
    assert listed.exception is None
    assert "http://127.0.0.1:3001/health" in listed.output
    assert "must fail:\n  negative-control" in listed.output
    plan = CliRunner().invoke(probe, ["run", "--plan", "--env", environment], standalone_mode=False)
    assert plan.output == listed.output


def test_a_run_loads_neither_pytest_nor_suites_nor_what_no_target_speaks(environment: str) -> None:
    """Cron starts it every minute."""
    code = (
        "import sys\nfrom atalaia.cli.probe import probe\n"
        f"probe.main(['run', '--plan', '--env', {environment!r}], standalone_mode=False)\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    tops = {name.split(".")[0] for name in loaded.stdout.split()}
    assert (
        tops & {"pytest", "suites", "psycopg", "httpx", "httpcore", "cryptography", "jwt", "sandbox"} == set()
    )

"""`atalaia load`: what it refuses before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import atalaia.cli.load.running as command
from atalaia.cli import cli
from atalaia.errors import UsageError

SHOP = "name: shop\nsafety: staging\nservices: {cart: {url: 'http://127.0.0.1:9'}}\n"
TINY = "name: tiny\nstages: [{rate: 1/s, for: 1s}]\nmix: [{path: /}]\nthresholds: {failures: 0}\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.yml").write_text(SHOP)
    (tmp_path / "tiny.yml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(*words: str) -> Result:
    return CliRunner().invoke(cli, ["load", *words])


def refused(*words: str) -> str:
    result = load("run", "tiny.yml", "--env", "shop.yml", *words)
    assert isinstance(result.exception, UsageError), result.output
    return str(result.exception)


@pytest.mark.usefixtures("files")
class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["--master"], "--master: --master and --expect-workers belong together"),
            (["--expect-workers", "2"], "--master: --master and --expect-workers belong together"),
            (
                ["--master", "--expect-workers", "2", "--workers", "2"],
                "--workers: --workers are those of this",
            ),
            (
                ["--master", "--expect-workers", "2", "--bind", "here"],
                "--bind: that is no address to listen on",
            ),
            (["--listen", "70000"], "--listen: that is no address to listen on"),
            (["--rate", "fast"], "--rate: "),
        ],
    )
    def test_options_that_do_not_fit(self, words: list[str], says: str) -> None:
        assert refused(*words).startswith(says)

    def test_without_locust_it_says_how_to_install_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "find_spec", lambda name: None)
        assert "pip install 'atalaia[load]'" in refused()
        assert "nothing was sent" in load("run", "tiny.yml", "--env", "shop.yml", "--plan").output

    def test_a_place_that_cannot_be_written(self) -> None:
        Path("file").touch()
        assert refused("--out", "file/out").startswith("file/out: results cannot be written here")
        assert "--markdown" in refused("--markdown", "file/report.md")

    def test_an_unknown_scenario_names_those_that_there_are(self) -> None:
        result = load("run", "smok", "--env", "shop.yml")
        assert "did you mean smoke?" in str(result.exception)


@pytest.mark.usefixtures("files")
class TestWithoutSending:
    def test_the_scenarios_that_there_are(self) -> None:
        Path("scenarios").mkdir()
        Path("scenarios/mine.yml").write_text(TINY.replace("tiny", "mine"))
        lines = load("list").output.splitlines()
        names = [line.split()[0] for line in lines if not line.startswith(" ")]
        assert {"smoke", "steady", "breakpoint", "mine"} <= set(names)
        assert max(map(len, lines)) <= 120

    def test_a_scenario_is_right(self) -> None:
        assert load("validate", "tiny.yml").output == "tiny.yml: OK\n"
        assert load("validate", "tiny.yml", "--env", "shop.yml").output == "tiny.yml: OK\n"

    def test_a_scenario_may_be_right_and_not_for_this_environment(self) -> None:
        Path("production.yml").write_text(SHOP.replace("safety: staging\n", ""))
        assert load("validate", "tiny.yml", "--env", "production.yml").exit_code != 0

    def test_without_runs_there_is_nothing_to_show(self) -> None:
        assert load("history").output == "no load test has been run here\n"
        assert "load.json" in str(load("show").exception)
        assert isinstance(load("accept", "r1").exception, UsageError)

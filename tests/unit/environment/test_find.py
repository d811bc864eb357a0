"""Which file `--env` stands for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from atalaia.environment.find import find
from atalaia.errors import ExitCode, UsageError
from atalaia.state import identify


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A directory and a state of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("ATALAIA_ENV", raising=False)


@pytest.fixture
def sandbox(tmp_path):
    """A function that records a sandbox; it runs as long as this process, unless told otherwise."""

    def record(id: str, *, alive: bool = True, ready: bool = True) -> Path:
        directory = tmp_path / "state" / "sandboxes" / id
        directory.mkdir(parents=True)
        process = identify("haproxy", os.getpid())
        assert process is not None
        ticks = process.start_ticks if alive else process.start_ticks - 1
        processes = [{"name": "haproxy", "pid": process.pid, "start_ticks": ticks}]
        (directory / "sandbox.json").write_text(json.dumps({"processes": processes}))
        if ready:
            (directory / "environment.yml").write_text("name: sandbox")
        return directory / "environment.yml"

    return record


def refused(selector: str | None, **variables: str) -> str:
    with pytest.raises(UsageError) as caught:
        find(selector, variables)
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value)


@pytest.mark.parametrize("path", ["mine.yml", "mine.yaml", "./mine", "/etc/atalaia/mine.yml", "a/b"])
def test_a_path_is_itself_whether_it_is_there_or_not(path):
    assert find(path) == Path(path)


def test_something_that_is_there_is_itself():
    Path("mine").write_text("name: mine")
    assert find("mine") == Path("mine")
    assert find(".") == Path()


def test_a_name_is_a_file_under_environments():
    Path("environments").mkdir()
    for file in ("one.yml", "two.yaml", "both.yml", "both.yaml"):
        Path("environments", file).write_text("name: x")
    assert find("one") == Path("environments/one.yml")
    assert find("two") == Path("environments/two.yaml")
    assert find("both") == Path("environments/both.yml")


@pytest.mark.parametrize("name", ["atendeai", "neo-stack", "faciliauto"])
def test_environments_come_with_atalaia(name):
    assert find(name).is_absolute()
    assert find(name).read_text().startswith("# yaml-language-server: $schema=")


def test_a_file_of_one_s_own_goes_before_the_one_that_is_shipped():
    Path("environments").mkdir()
    Path("environments/atendeai.yml").write_text("name: mine")
    assert find("atendeai") == Path("environments/atendeai.yml")


def test_a_name_that_is_almost_one_is_told():
    told = refused("atendei")
    assert "no environment is called 'atendei'" in told
    assert "there are: atendeai, faciliauto, neo-stack, sandbox (none runs)" in told
    assert told.endswith("did you mean atendeai?")


def test_there_is_no_default_environment():
    told = refused(None)
    assert told.startswith("no environment is chosen")
    assert "atendeai, faciliauto, neo-stack" in told
    assert "--env NAME" in told
    assert "ATALAIA_ENV" in told
    assert refused("") == refused(None, ATALAIA_ENV="") == told


def test_the_variable_chooses_where_nothing_else_does():
    assert find(None, {"ATALAIA_ENV": "mine.yml"}) == Path("mine.yml")
    assert find("other.yml", {"ATALAIA_ENV": "mine.yml"}) == Path("other.yml")


def test_sandbox_is_the_one_that_runs(sandbox):
    file = sandbox("abc1")
    sandbox("dead", alive=False)
    sandbox("starting", ready=False)
    assert find("sandbox") == file
    assert find("sandbox:abc1") == file


def test_no_sandbox_runs(sandbox):
    sandbox("dead", alive=False)
    assert refused("sandbox") == "no sandbox runs; start one: atalaia sandbox up"
    assert refused("sandbox:dead") == "no sandbox runs; start one: atalaia sandbox up"


def test_of_several_sandboxes_one_must_be_chosen(sandbox):
    first, second = sandbox("abc1"), sandbox("abc2")
    told = refused("sandbox")
    assert told == "2 sandboxes run: abc1, abc2; choose one: --env sandbox:abc1"
    assert find("sandbox:abc1") == first
    assert find("sandbox:abc2") == second
    assert refused("sandbox:abc3") == "no sandbox 'abc3' runs; running: abc1, abc2"
    assert "sandbox (running: abc1, abc2)" in refused(None)

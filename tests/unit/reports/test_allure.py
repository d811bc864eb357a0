"""The files beside Allure's results, held against what allure-pytest really writes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from atalaia.errors import DeliveryError
from reports.allure import write_side_files
from tests.support.records import failed, passed, record

SUITE = """
import pytest

@pytest.fixture
def defect(): raise KeyError("median")

def test_failed(): pytest.fail("service.unhealthy@x\\nexpected 200; observed 503", pytrace=False)
def test_blocked(): pytest.skip("blocked: tcp.unreachable@x failed")
def test_inconclusive(): pytest.skip("inconclusive: nobody\\nknows")
def test_accepted(): pytest.xfail("accepted: ticket 7 (until 2099-01-01)")
def test_defect(defect): pass
def test_never_held(): raise AssertionError("test never called hold(case)")
def test_not_declared(): pytest.skip("not-declared: the environment declares no stores.redis")
def test_passed(): pass
"""


def written(directory, run=None, **variables) -> dict:
    write_side_files(run or record(passed("a@x")), directory, variables)
    return json.loads((directory / "executor.json").read_text())


def properties(path) -> dict[str, str]:
    """Java's reading of a file: Latin-1, escapes taken back."""
    found = {}
    for line in path.read_text(encoding="latin-1").splitlines():
        key, value = re.match(r"((?:\\.|[^\\ ])+) = (.*)", line).groups()
        found[unescaped(key)] = unescaped(value)
    return found


def unescaped(text: str) -> str:
    units = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\(.)", r"\1", units).encode("utf-16", "surrogatepass").decode("utf-16")


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, tuple[str, str]]:
    """What allure-pytest says of each outcome: the status and the message."""
    directory = tmp_path_factory.mktemp("suite")
    (directory / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:locust", "-p", "no:cacheprovider"]
    subprocess.run([*command, "--alluredir", "allure", "test_suite.py"], cwd=directory, capture_output=True)
    found = [json.loads(path.read_text()) for path in (directory / "allure").glob("*-result.json")]
    return {
        each["name"].removeprefix("test_"): (each["status"], each.get("statusDetails", {}).get("message", ""))
        for each in found
    }


@pytest.mark.parametrize(
    ("outcome", "category"),
    [
        ("failed", "Failed"),
        ("blocked", "Blocked"),
        ("inconclusive", "Inconclusive"),
        ("accepted", "Accepted"),
        ("defect", "Defect of Atalaia"),
        ("never_held", "Defect of Atalaia"),
        ("not_declared", None),
        ("passed", None),
    ],
)
def test_each_outcome_falls_into_its_category(tmp_path, results, outcome, category):
    written(tmp_path)
    status, message = results[outcome]
    matching = (
        each["name"]
        for each in json.loads((tmp_path / "categories.json").read_text())
        if status in each["matchedStatuses"] and re.fullmatch(each.get("messageRegex", r"[\s\S]*"), message)
    )
    assert next(matching, None) == category


def test_the_environment_is_read_back_as_it_was(tmp_path):
    run = record(
        failed("a@x"), environment="atendeai", notes=("sent from 127.64.0.1: ção = 😀 # C:\\x", "two")
    )
    write_side_files(run, tmp_path, {})
    read = properties(tmp_path / "environment.properties")
    assert read["Environment"] == "atendeai"
    assert read["Safety"] == "staging"
    assert read["Exit-code"] == "1"
    assert read["Notes"] == "sent from 127.64.0.1: ção = 😀 # C:\\x; two"
    assert "Stand-ins" not in read


def test_a_note_cannot_add_a_line_to_the_environment(tmp_path):
    write_side_files(record(passed("a@x"), notes=("x\nExit-code = 0\\",)), tmp_path, {})
    assert properties(tmp_path / "environment.properties")["Notes"] == "x\\nExit-code = 0\\"


def test_the_executor_is_the_ci_system_that_runs_it(tmp_path):
    github = written(
        tmp_path,
        GITHUB_ACTIONS="true",
        GITHUB_SERVER_URL="https://github.example",
        GITHUB_REPOSITORY="team/stack",
        GITHUB_RUN_ID="77",
        GITHUB_RUN_NUMBER="12",
        GITHUB_WORKFLOW="deploy",
    )
    assert github == {
        "name": "GitHub Actions",
        "type": "github",
        "url": "https://github.example/team/stack",
        "buildOrder": 12,
        "buildName": "deploy #12",
        "buildUrl": "https://github.example/team/stack/actions/runs/77",
        "reportName": "Atalaia: atendeai",
    }
    gitlab = written(tmp_path, GITLAB_CI="true", CI_PIPELINE_IID="5", CI_JOB_URL="https://gl.example/j/9")
    assert (gitlab["type"], gitlab["buildOrder"], gitlab["buildUrl"]) == (
        "gitlab",
        5,
        "https://gl.example/j/9",
    )
    jenkins = written(
        tmp_path, JENKINS_URL="https://me:secret@ci.example/", BUILD_NUMBER="3", JOB_NAME="nightly"
    )
    assert (jenkins["url"], jenkins["buildName"]) == ("https://ci.example/", "nightly #3")
    assert written(tmp_path)["buildName"] == "20261121T121500Z-ab12cd"


def test_a_directory_that_cannot_be_written_is_a_message(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryError, match="Allure"):
        write_side_files(record(passed("a@x")), tmp_path / "file" / "allure", {})

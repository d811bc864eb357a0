"""Every way in which a scenario can be wrong: a file each, and the very words about it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atalaia.errors import ExitCode, UsageError
from loadtests.scenario import Scenario, load

DATA = Path(__file__).parents[3] / "data" / "scenarios"
BAD = DATA / "bad"
WORDS = (DATA / "bad-messages.txt").read_text().splitlines()
FILES = sorted(BAD.glob("*.yml"))


def faults(path: Path) -> list[str]:
    with pytest.raises(UsageError) as caught:
        load(path, {"EMPTY": ""})
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value).replace(f"{path.parent}/", "").splitlines()


def test_each_fault_is_told_in_these_words():
    assert [line for path in FILES for line in faults(path)] == WORDS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_message_repeats_a_secret_in_the_wrong_place(path):
    assert "hunter2" not in "\n".join(faults(path))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        load(tmp_path / "none.yml", {})


KEYS = st.sampled_from(
    ["name", "stages", "rate", "for", "from", "to", "mix", "path", "route", "steps", "data", "json", "expect",
     "thresholds", "routes", "p95", "breakpoint", "weight", "headers", "save", "body", "<<", "a"]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["${A}", "${B}", "{a}", "{", "1s", "50%", "10/s", "/x", "/{a}", "data.csv"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_yaml_and_any_table_is_a_scenario_or_faults(tmp_path, document, table):
    (tmp_path / "data.csv").write_bytes(table)
    path = tmp_path / "scenario.yml"
    path.write_text(
        yaml.dump({"data": {"t": "data.csv"}, "stages": [{"rate": "1/s", "for": "1s"}], **document})
    )
    try:
        scenario = load(path, {"A": "x\n'\"", "C": "y"})
    except UsageError:
        return
    assert isinstance(scenario, Scenario)

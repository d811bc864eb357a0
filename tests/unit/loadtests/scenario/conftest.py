"""Scenarios and environments written beside a test, and a state directory of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atalaia.environment import Environment
from atalaia.environment.loader import load as load_environment
from atalaia.errors import UsageError
from loadtests.plan import LoadPlan
from loadtests.scenario import Scenario, load, plan


@pytest.fixture(autouse=True)
def _state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Scenario]:
    def load_text(text: str, **variables: str) -> Scenario:
        path = tmp_path / "scenario.yml"
        path.write_text(text)
        return load(path, variables)

    return load_text


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Environment]:
    def load_text(text: str, **variables: str) -> Environment:
        path = tmp_path / "environment.yml"
        path.write_text(text)
        return load_environment(path, variables)

    return load_text


@pytest.fixture
def planned(loaded, declared) -> Callable[[str, str], LoadPlan]:
    def plan_texts(scenario: str, environment: str) -> LoadPlan:
        return plan(loaded(scenario), declared(environment))

    return plan_texts


@pytest.fixture
def refused(tmp_path: Path, planned) -> Callable[[str, str], list[str]]:
    """What is said of a scenario that an environment refuses, its file's directory left out."""

    def refusal(scenario: str, environment: str) -> list[str]:
        with pytest.raises(UsageError) as caught:
            planned(scenario, environment)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return refusal

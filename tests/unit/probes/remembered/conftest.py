"""A state directory and a key of its own, and a file to remember the plan of."""

from __future__ import annotations

import time

import pytest

from probes import remembered
from probes.remembered import planned
from tests.support.remembered_plans import FILE, KEY, KONG


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setattr(remembered, "key", lambda: KEY)
    monkeypatch.setattr(planned, "_BEGUN", time.time() + 3600)  # whoever tests may have edited just before
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "state" / "probes").mkdir(parents=True)  # as the state file's run does
    return tmp_path / "state"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "kong.yml").write_text(KONG)
    path = tmp_path / "mine.yml"
    path.write_text(FILE)
    return path

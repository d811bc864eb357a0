"""What a user did wrong is told as without a memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from atalaia.environment.loader import load
from atalaia.errors import UsageError, UsageErrors
from probes.planning.watching import watch_of
from tests.support.remembered_plans import FILE, SECRETS, believed, watch


def test_a_file_that_became_wrong_is_told_as_ever(file):
    watch(file, SECRETS)
    file.write_text(FILE.replace("kind: journey", "kind: journeys"))
    with pytest.raises(UsageErrors, match="probes"):
        watch(file, SECRETS)
    file.unlink()
    with pytest.raises(Exception, match="no such file"):
        watch(file, SECRETS)


def test_a_variable_that_is_gone_is_told_as_ever(file):
    watch(file, SECRETS)
    with pytest.raises(UsageErrors, match="STATS is not set"):
        watch(file, {name: held for name, held in SECRETS.items() if name != "STATS"})


def test_a_named_file_that_is_gone_is_told_as_ever(file):
    rules = file.with_name("rules.yml")
    rules.write_text("groups: []\n")
    file.with_name("prometheus.yml").write_text("rule_files: [rules.yml]\n")
    file.write_text(FILE + 'prometheus: {url: "http://localhost:9090", config: prometheus.yml}\n')
    watch(file, SECRETS)
    assert believed(file, SECRETS) is not None
    rules.unlink()
    with pytest.raises(UsageError, match="no rule file"):
        watch(file, SECRETS)


def test_in_a_directory_that_is_gone_the_file_is_still_planned(file, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))
    with pytest.raises(UsageError, match="no such file"):
        watch(Path("mine.yml"), SECRETS)

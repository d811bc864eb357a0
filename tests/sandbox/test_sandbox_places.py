"""Where a sandbox may lie: any path that the servers' configuration files can name."""

from __future__ import annotations

import os

import pytest

from atalaia.environment.loader import load
from atalaia.errors import UsageError
from sandbox import launcher
from tests.support.sandboxes import state_directory


def test_a_path_with_spaces_will_do():
    with state_directory() as state:
        with launcher.running("spaces", directory=state / "a b" / "spaces") as sandbox:
            assert load(sandbox.environment_file, os.environ).name == "sandbox-spaces"
        assert not sandbox.directory.exists()


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a\\b", "a$b", "a,b", "a\nb"])
def test_a_path_that_no_configuration_can_name_is_refused_at_once(name):
    with state_directory() as state:
        with pytest.raises(UsageError, match="ATALAIA_STATE_DIR"):
            launcher.up("refused", directory=state / name / "refused")
        assert not (state / name).exists()

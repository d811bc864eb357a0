"""One run at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from atalaia.errors import ExitCode, NotMeasured
from probes.alone import alone
from probes.vantage import Vantage

VANTAGE = Vantage("mine", "gru")


def test_a_second_run_of_the_same_vantage_is_refused_and_another_one_is_not(tmp_path: Path) -> None:
    with alone(tmp_path, VANTAGE, 0):
        with pytest.raises(NotMeasured, match="under way") as refused, alone(tmp_path, VANTAGE, 0.1):
            pass
        assert refused.value.exit_code is ExitCode.NOT_MEASURED
        with alone(tmp_path, Vantage("mine", "gru", "1/2"), 0), alone(tmp_path, Vantage("other", "gru"), 0):
            pass
    with alone(tmp_path, VANTAGE, 0):
        pass


def test_the_lock_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys\nfrom probes.alone import alone\nfrom probes.vantage import Vantage\n"
        "with alone(pathlib.Path(sys.argv[1]), Vantage('mine', 'gru'), 0):\n    os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    with alone(tmp_path, VANTAGE, 0):
        pass


def test_where_no_lock_can_be_made_the_run_goes_on(tmp_path: Path) -> None:
    """The state file beside it cannot be used either, which is said."""
    (tmp_path / "file").write_text("")
    with alone(tmp_path / "file" / "below", VANTAGE, 0):
        pass

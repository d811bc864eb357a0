"""How long a sandbox takes to start, and to end."""

from __future__ import annotations

import statistics
import time

import pytest

from sandbox import launcher
from tests.support.sandboxes import state_directory

STARTS = 5
LIMIT = 5.0
"""Seconds, on two cores that have nothing else to do."""


def test_a_sandbox_is_up_within_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    up, down = [], []
    with state_directory():
        for _ in range(STARTS):
            began = time.monotonic()
            sandbox = launcher.up()
            up.append(time.monotonic() - began)
            launcher.down(sandbox.id)
            down.append(time.monotonic() - began - up[-1])
    with capsys.disabled():
        print("\nup:  ", *(f"{seconds:.2f} s" for seconds in sorted(up)))
        print("down:", *(f"{seconds:.2f} s" for seconds in sorted(down)))
    assert statistics.median(up) <= LIMIT

"""What is put off at the start is there when somebody asks for it."""

from __future__ import annotations

import subprocess
import sys

_PUT_OFF = """
import sys
from atalaia.cli.start import quick_start
with quick_start():
    from importlib.metadata import entry_points
    from pydantic import TypeAdapter
    TypeAdapter(int).validate_python(1)  # it looks for plug-ins here
print("email.message" in sys.modules)
import importlib.metadata
"""


def told(code: str) -> list[str]:
    """What a Python of its own prints."""
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()


def test_looking_for_plug_ins_is_put_off_until_somebody_does() -> None:
    code = f"{_PUT_OFF}print(len(entry_points(group='pytest11')) > 0, 'email.message' in sys.modules)"
    assert told(code) == ["False", "True", "True"]


def test_whatever_else_is_asked_of_it_is_there() -> None:
    code = f"{_PUT_OFF}print(importlib.metadata.version('click') != '', entry_points.__name__)"
    assert told(code) == ["False", "True", "call"]

"""Bytes that somebody put in a plan's place make nothing but plans."""

from __future__ import annotations

import os
import pickle
import subprocess
from pathlib import Path

import pytest

from probes.remembered.sealed import unsealed


class _Evil:
    def __reduce__(self):
        return os.mkdir, ("reached",)


def _calling(module: str, name: str, *given: str) -> bytes:
    """What makes an unpickler call a function by the name that it has in a module."""
    texts = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in (module, name))
    arguments = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in given)
    return b"\x80\x04" + texts + b"\x93(" + arguments + b"tR."


def test_bytes_that_somebody_put_there_make_nothing_but_plans(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for body in (
        pickle.dumps(_Evil()),
        pickle.dumps(subprocess.Popen),
        _calling("os", "mkdir", "reached"),
        _calling("probes.alone", "os.mkdir", "reached"),  # by the names that a module of ours has imported
        _calling("atalaia.state", "state_directory"),
        _calling("probes.alone", "Path", "reached"),
    ):
        with pytest.raises(pickle.UnpicklingError, match="no part of a plan"):
            unsealed(body, ())
    assert not Path("reached").exists()

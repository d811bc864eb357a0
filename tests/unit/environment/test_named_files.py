"""A path that is named as a file says what it is where it is none."""

from __future__ import annotations

import os

import pytest

from atalaia.environment.loader import load
from atalaia.errors import UsageError


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (os.mkdir, "it is a directory"),
        (os.mkfifo, "it is a pipe"),
        (lambda path: os.symlink("/dev/zero", path), "it is a device"),
        (lambda path: None, "no such file"),
    ],
)
def test_what_is_no_file_is_called_what_it_is(tmp_path, make, told):
    make(tmp_path / "kong.yml")
    nodes = 'nodes: [{proxy: "http://k.test:8000", admin: "http://k.test:8001"}]'
    file = tmp_path / "env.yml"
    file.write_text(f"name: e\ngateway: {{{nodes}, declarative: kong.yml}}\n")
    with pytest.raises(UsageError, match=told):
        load(file, {})

"""Every way in which an environment file can be wrong: a file each, and the very words about it."""

from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path

import pytest
import yaml

from atalaia.environment import yaml_nodes
from atalaia.environment.loader import load
from atalaia.errors import ExitCode, UsageError, UsageErrors

DATA = Path(__file__).parents[2] / "data" / "environments"
BAD = DATA / "bad"
WORDS = (DATA / "bad-messages.txt").read_text().splitlines()
FILES = sorted(BAD.iterdir())


def faults(path: Path, variables: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(UsageError) as caught:
        load(path, {"EMPTY": ""} if variables is None else variables)
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value).replace(f"{path.parent}/", "").splitlines()


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "env.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_fault_is_told_in_these_words(path):
    assert faults(path) == [line for line in WORDS if line.startswith(f"{path.name}:")]


def test_every_line_of_the_table_has_its_file():
    named = {line.partition(":")[0] for line in WORDS}
    assert named == {path.name for path in FILES} | {"no-such-file.yml"}


def test_a_missing_file_is_told():
    assert faults(BAD / "no-such-file.yml") == [line for line in WORDS if line.startswith("no-such-file")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_message_repeats_a_secret_in_the_wrong_place(path):
    assert "hunter2" not in "\n".join(faults(path))


def test_the_faults_of_a_file_are_single_errors_too():
    with pytest.raises(UsageErrors) as caught:
        load(BAD / "many-faults.yml", {})
    assert len(caught.value.problems) == 17


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is only one parser here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_words_do_not_depend_on_which_yaml_parser_is_installed(path, monkeypatch):
    native = faults(path)
    monkeypatch.setattr(yaml_nodes, "_LOADER", yaml.SafeLoader)
    assert faults(path) == native


def test_ten_megabytes_are_refused_without_being_read(tmp_path):
    path = tmp_path / "large.yml"
    with path.open("wb") as file:
        file.write(b"name: shop\n")
        file.truncate(10 * 2**20)
    tracemalloc.start()
    try:
        assert faults(path) == ["large.yml: larger than 1 MiB; an environment file is far smaller"]
        assert tracemalloc.get_traced_memory()[1] < 3 * 2**20
    finally:
        tracemalloc.stop()


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.yml")
    assert faults(tmp_path / "pipe.yml") == ["pipe.yml: not a regular file; an environment file, NAME.yml"]
    assert faults(Path("/dev/zero")) == ["zero: not a regular file; an environment file, NAME.yml"]


def test_a_file_that_may_not_be_read_and_a_path_that_is_none_are_told(tmp_path):
    loop = tmp_path / "loop.yml"
    loop.symlink_to(loop)
    assert faults(loop) == ["loop.yml: cannot be read: Too many levels of symbolic links"]
    assert faults(tmp_path / "a\0b.yml") == ["a\0b.yml: cannot be read: not a path"]
    assert "cannot be read" in faults(tmp_path / ("x" * 300 + ".yml"))[0]


def test_a_path_in_bytes_that_are_no_utf_8_can_be_printed(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.yml")
    assert faults(path)[0].encode().endswith(b".yml: no such file")


HOSTILE = {
    "alias of what is open": "name: &a [" + "*a, " * 1000 + "]",
    "flow lists": "[" * 100_000,
    "block lists": "- " * 100_000,
    "keys": "? " * 100_000,
    "flow mappings": "{a: " * 100_000,
    "wide aliases": "a: &a b\n" + "c: [" + "*a," * 100_000 + "]",
    "open quote": "'" + "a" * 1_000_000,
    "block scalar": "a: |\n" + "  x\n" * 200_000,
    "one word": "x" * 1_000_000,
    "colons": "a" + ":" * 1_000_000,
    "anchors": "&a " * 300_000,
    "tags": "!a " * 300_000,
    "empty lines": "\n" * 1_000_000,
    "a comment": "# " * 500_000,
    "wide list": "[" + "a," * 500_000,
    "many keys": "\n".join(f"key{n}: value" for n in range(60_000)),
    "many unknown keys": "\n".join(f"key{n}: v" for n in range(3_000)),
    "many references": "services:\n"
    + "\n".join(f"  s{n}: {{}}" for n in range(1_000))
    + "\nroutes:\n"
    + "\n".join(f"- {{path: /, service: t{n}}}" for n in range(1_000)),
    "many merges": "a: &a {k0: v, k1: v, k2: v, k3: v}\n"
    + "\n".join(f"m{n}: {{<<: *a}}" for n in range(30_000)),
    "digits": "a: " + "9" * 1_000_000,
    "unclosed variables": 'a: "' + "${X:-" * 180_000 + '"',
    "dots": "a: " + "1.0" * 300_000,
    "huge float": "a: 1.0e999999",
    "long duration": "slo: {latency_p95: " + "1s" * 100_000 + "}",
    "long host": "services: {a: {url: 'http://" + "a." * 100_000 + "'}}",
    "long address": "services: {a: {url: 'http://[" + ":" * 200_000 + "]'}}",
    "long network": "client: {addresses: " + "1" * 900_000 + "}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_little_time_and_memory(tmp_path, name):
    path = written(tmp_path, HOSTILE[name])
    started = time.process_time()
    assert faults(path)
    assert time.process_time() - started < 5


def test_a_chain_of_services_may_be_long(tmp_path):
    services = "\n".join(
        f"  s{n}: {{url: 'http://localhost', depends_on: [s{(n + 1) % 500}]}}" for n in range(500)
    )
    told = faults(written(tmp_path, f"name: shop\nservices:\n{services}"))
    assert len(told) == 1
    assert "a circle" in told[0]

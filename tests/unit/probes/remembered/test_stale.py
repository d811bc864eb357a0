"""A plan is believed while nothing that it was made of has changed: file, variables, code."""

from __future__ import annotations

import os
import sys
import time
from types import SimpleNamespace

import pytest

import atalaia
from atalaia.environment.loader import load
from probes.planning.watching import watch_of
from probes.remembered import ground, place_of, planned
from tests.support.remembered_plans import SECRETS, believed, watch


@pytest.mark.parametrize("name", SECRETS)
def test_another_secret_is_noticed(file, name):
    watch(file, SECRETS)
    other = {**SECRETS, name: SECRETS[name].replace("s3cret", "S3CRET")}
    assert believed(file, other) is None
    assert watch(file, other) == watch_of(load(file, other))


def test_another_value_of_any_other_variable_is_noticed(file):
    watch(file, SECRETS)
    moved = {**SECRETS, "ADDRESS": "127.0.0.2"}
    assert believed(file, moved) is None
    assert watch(file, moved).network.hosts == {"shop.test": "127.0.0.2"}
    assert watch(file, SECRETS).network.hosts == {"shop.test": "127.0.0.1"}


def test_a_variable_of_which_the_file_says_nothing_changes_nothing(file):
    watch(file, SECRETS)
    assert believed(file, {**SECRETS, "OTHER": "1"}) is not None


@pytest.mark.parametrize("name", ["mine.yml", "kong.yml"])
def test_a_changed_file_is_noticed_also_where_neither_its_size_nor_its_time_tells(file, name):
    watch(file, SECRETS)
    path = file.with_name(name)
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_text(path.read_text().replace("partner", "pardner").replace("keyed", "kayed"))
    os.utime(path, ns=times)
    assert believed(file, SECRETS) is None
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))


def test_another_installation_plans_anew(file, monkeypatch):
    """Also where the other one's files still lie where they were."""
    watch(file, SECRETS)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(atalaia, "__file__", "/opt/releases/2/atalaia/__init__.py")
        assert believed(file, SECRETS) is None
    assert believed(file, SECRETS) is not None
    monkeypatch.setattr(ground, "__version__", "99")
    assert believed(file, SECRETS) is None


def test_other_code_plans_anew(file, tmp_path, monkeypatch):
    module = tmp_path / "module.py"
    module.write_text("")
    monkeypatch.setitem(sys.modules, "probes.module", SimpleNamespace(__file__=str(module)))
    watch(file, SECRETS)
    assert believed(file, SECRETS) is not None
    before = module.stat()
    other = tmp_path / "other.py"
    other.write_text("")
    other.rename(module)
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert believed(file, SECRETS) is None


@pytest.mark.parametrize("of", ["new", "nobody's"])
def test_with_code_that_is_just_being_changed_nothing_is_kept(file, tmp_path, monkeypatch, of):
    module = tmp_path / "module.py"
    if of == "new":
        module.write_text("")
        os.utime(module, (1, 1))  # as an installer may
    monkeypatch.setitem(sys.modules, "probes.module", SimpleNamespace(__file__=str(module)))
    monkeypatch.setattr(planned, "_BEGUN", time.time())
    watch(file, SECRETS)
    assert not place_of(file).exists()


@pytest.mark.parametrize("name", ["mine.yml", "kong.yml"])
def test_a_file_that_is_changed_while_it_is_planned_leaves_nothing_behind(file, monkeypatch, name):
    def changing(environment):
        path = file.with_name(name)
        path.write_text(path.read_text() + "# later\n")
        return watch_of(environment)

    monkeypatch.setattr(planned, "watch_of", changing)
    watch(file, SECRETS)
    assert not place_of(file).exists()

"""`.venv` is made again when, and only when, what it was made from has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts.setup import venv

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of which .venv was made; pip is only pretended."""
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(venv, "_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(venv, "_STAMP", tmp_path / ".venv" / "atalaia.stamp")
    monkeypatch.setattr(venv, "_CONSTRAINTS", tmp_path / "constraints.txt")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/true")
    monkeypatch.setattr(venv, "_run", lambda *_, **__: True)
    assert not venv.ready()
    assert venv.make()
    assert venv.ready()
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_another_version_in_the_constraints_makes_it_anew(checkout: Path) -> None:
    change(checkout / "constraints.txt", "click==", "click==0.")
    assert not venv.ready()


def test_another_dependency_makes_it_anew(checkout: Path) -> None:
    change(checkout / "pyproject.toml", '"click>=', '"another>=1", "click>=')
    assert not venv.ready()


def test_the_settings_of_a_linter_do_not(checkout: Path) -> None:
    change(checkout / "pyproject.toml", "line-length = 110", "line-length = 100")
    assert venv.ready()


def test_a_python_that_is_gone_makes_it_anew(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").unlink()
    assert not venv.ready()


def test_one_that_moved_with_its_checkout_is_made_from_scratch(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its scripts hold the old path."""
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(venv, "ROOT", checkout / "moved")
    shutil.copytree(checkout, checkout / "moved", ignore=lambda *_: ["moved", ".venv"])
    monkeypatch.setattr(venv, "_run", lambda *command, **_: called.append(command) or True)
    assert not venv.ready()
    assert venv.make()
    assert "--clear" in called[0]


def test_a_renewal_keeps_what_is_there(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(venv, "_run", lambda *command, **_: called.append(command) or True)
    change(checkout / "constraints.txt", "click==", "click==0.")
    assert venv.make()
    assert not [command for command in called if "--clear" in command]

"""How long somebody waited for a processor, as Linux tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from atalaia.exchange.pressure import Pressure, waited

TOLD = "some avg10=24.66 avg60=23.77 avg300=23.99 total=14266240611\nfull avg10=0.00 total=7\n"


@pytest.mark.parametrize(("text", "seconds"), [(TOLD, 14266.240611), ("", 0.0), ("some avg10=1\n", 0.0)])
def test_the_whole_of_waiting_is_read(tmp_path: Path, text: str, seconds: float) -> None:
    file = tmp_path / "cpu"
    file.write_text(text)
    assert waited(file) == pytest.approx(seconds)


def test_where_the_system_does_not_tell_nobody_is_known_to_wait(tmp_path: Path) -> None:
    assert waited(tmp_path / "nothing") == 0.0


def test_a_machine_is_busy_where_somebody_waits_for_much_of_the_time(monkeypatch) -> None:
    told = iter([100.0, 100.05, 103.0])
    monkeypatch.setattr("atalaia.exchange.pressure.waited", lambda: next(told))
    moments = iter([10.0, 11.0, 13.0])
    monkeypatch.setattr("atalaia.exchange.pressure.time.monotonic", lambda: next(moments))
    pressure = Pressure()
    assert not pressure.busy
    assert pressure.busy

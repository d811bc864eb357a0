"""How the process of the stand-ins starts, and what it says where it cannot."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.standins.config import StandIns
from tests.support.service_standins import AUTH, running_services
from tests.support.standins import ROOT, free_ports, running, service


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_services(tmp_path_factory.mktemp("services")) as there:
        yield there


def test_a_taken_port_is_named_and_ends_the_process(control: Path, tmp_path: Path) -> None:
    config = StandIns(control=tmp_path / "c.sock", services=(service("late", AUTH),))
    with pytest.raises(AssertionError, match=rf"late cannot listen on 127.0.0.1:{AUTH}"), running(config):
        pass


def test_a_control_socket_left_behind_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    config = StandIns(control=tmp_path / "c.sock", services=(service("one", port),))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(config.control))
    with running(config):
        assert config.control.stat().st_mode & 0o077 == 0
    assert not config.control.exists()


def test_a_configuration_that_is_wrong_names_its_faults_and_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(
        '{"control": "c.sock", "grafana": {"port": 99999, "pasword": "hush", "provisioning": "p"}}'
    )
    command = [sys.executable, "-m", "sandbox.standins", str(file)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 3
    assert "grafana.port" in ended.stderr
    assert "grafana.pasword" in ended.stderr
    assert "hush" not in ended.stderr
    assert "Traceback" not in ended.stderr

"""deploy/probes: what cron, systemd and Kubernetes are given is a command that exists."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from atalaia.cli import cli
from tests.support.deployed import DEPLOY

PROBES = DEPLOY / "probes"
COMMANDS = {
    **{
        path.name: re.findall(r"atalaia (probe [a-z]+[^>\n]*)", line)
        for path in PROBES.glob("*.*")
        if path.suffix in {".cron", ".service"}
        for line in path.read_text().splitlines()
        if "atalaia probe" in line and not line.startswith(("#", "Description"))
    }
}

UNITS = sorted([*PROBES.glob("*.service"), *PROBES.glob("*.timer")])
SETTINGS = {
    "Unit": {"Description", "Documentation", "Wants", "After"},
    "Service": {
        "Type", "User", "Environment", "EnvironmentFile", "ExecStart", "TimeoutStartSec", "TimeoutStopSec",
        "Restart", "RestartSec", "RestartPreventExitStatus", "StateDirectory", "StateDirectoryMode",
        "LimitNOFILE", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "NoNewPrivileges",
        "CapabilityBoundingSet", "RestrictAddressFamilies", "LockPersonality", "MemoryMax",
    },
    "Timer": {"OnCalendar", "AccuracySec", "RandomizedDelaySec", "FixedRandomDelay", "Unit"},
    "Install": {"WantedBy"},
}  # fmt: skip
"""Of systemd 252: systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.timer(5)."""


def test_each_way_to_run_them_is_looked_at() -> None:
    assert set(COMMANDS) == {"atalaia-probes.cron", "atalaia-probe.service", "atalaia-probes.service"}
    assert all(len(found) == 1 for found in COMMANDS.values())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_unit_or_crontab_calls_a_command_that_exists(name: str) -> None:
    _parsed(COMMANDS[name][0].split())


@pytest.mark.parametrize("path", sorted((PROBES / "kubernetes").glob("*.yml")), ids=lambda path: path.stem)
def test_a_pod_calls_a_command_that_exists_and_keeps_its_state(path: Path) -> None:
    job = yaml.safe_load(path.read_text())["spec"]["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    words = [word.replace("$(JOB_COMPLETION_INDEX)", "0") for word in container["args"]]
    _parsed(words)
    assert any(mount["mountPath"] == "/var/lib/atalaia" for mount in container["volumeMounts"])
    assert pod["restartPolicy"] == "Never"
    if "completions" in job:
        assert words[-1] == f"0/{job['completions']}", "as many shards as pods"
        assert job["completionMode"] == "Indexed"


def test_the_crontab_is_one_that_cron_reads() -> None:
    lines = [
        line
        for line in (PROBES / "atalaia-probes.cron").read_text().splitlines()
        if line and not line.startswith("#") and not re.match(r"[A-Z_]+=", line)
    ]
    (line,) = lines
    *when, user, command = line.split(None, 6)
    assert when == ["*"] * 5
    assert user == "atalaia"
    assert "%" not in command, "cron takes it for the end of the command"
    assert "flock" in command
    assert ">>" in command
    checked = subprocess.run(["sh", "-n", "-c", command], check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_knows_every_setting_of_the_units(unit: Path) -> None:
    """`systemd-analyze verify` would tell more, where there is a systemd."""
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment]  # settings are told apart by their letters' case
    parsed.read_string(unit.read_text())
    for section in parsed.sections():
        assert set(parsed[section]) <= SETTINGS[section], section


def _parsed(words: list[str]) -> None:
    """Raises click's UsageError for a command or an option that does not exist."""
    with click.Context(cli) as context:
        group = cli.get_command(context, words[0])
        assert isinstance(group, click.Group)
        command = group.get_command(context, words[1])
        assert command, f"no command {words[1]}"
        command.make_context(words[1], words[2:])

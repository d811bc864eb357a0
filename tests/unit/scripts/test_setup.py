"""`make setup`: daemons are kept from starting, and what was there before comes back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.setup import packages, privilege
from scripts.setup.boot import StartedAtBoot, started_at_boot
from scripts.setup.listeners import Listener, listeners
from scripts.setup.policy import daemons_kept_from_starting


def run(policy: Path) -> int:
    return subprocess.run([policy, "haproxy", "start"], check=False).returncode


def test_within_the_policy_no_daemon_may_start_and_afterwards_the_policy_is_gone(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with daemons_kept_from_starting(policy):
        assert run(policy) == 101
    assert list(tmp_path.iterdir()) == []


def test_a_policy_that_was_there_comes_back_with_its_mode(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o750)
    with daemons_kept_from_starting(policy):
        assert run(policy) == 101
    assert run(policy) == 104
    assert policy.stat().st_mode & 0o777 == 0o750
    assert list(tmp_path.iterdir()) == [policy]


def test_a_policy_that_is_a_link_comes_back_as_a_link(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.symlink_to("/etc/alternatives/nothing-is-here")
    with daemons_kept_from_starting(policy):
        assert run(policy) == 101
    assert policy.readlink() == Path("/etc/alternatives/nothing-is-here")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError])
def test_a_policy_comes_back_when_the_installation_is_interrupted(
    tmp_path: Path, error: type[BaseException]
) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o755)
    with pytest.raises(error), daemons_kept_from_starting(policy):
        raise error
    assert run(policy) == 104


@pytest.mark.parametrize("had_one", [True, False])
def test_what_a_killed_installation_left_behind_is_cleared_by_the_next(tmp_path: Path, had_one: bool) -> None:
    policy = tmp_path / "policy-rc.d"
    if had_one:
        policy.write_text("#!/bin/sh\nexit 104\n")
        policy.chmod(0o755)
    killed = daemons_kept_from_starting(policy)
    killed.__enter__()  # and never left
    with daemons_kept_from_starting(policy):
        assert run(policy) == 101
    assert policy.exists() == had_one
    assert not had_one or run(policy) == 104
    assert len(list(tmp_path.iterdir())) == had_one


def test_what_starts_at_boot_is_read_from_the_links_of_systemd_and_system_v(tmp_path: Path) -> None:
    before = started_at_boot(tmp_path)
    wants = tmp_path / "systemd" / "system" / "multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "redis-server.service").symlink_to("/lib/systemd/system/redis-server.service")
    (wants / "e2scrub.timer").symlink_to("/lib/systemd/system/e2scrub.timer")
    # an alias starts nothing
    (tmp_path / "systemd" / "system" / "redis.service").symlink_to("/lib/systemd/system/redis-server.service")
    for level, link in (("2", "S01haproxy"), ("3", "K01prometheus"), ("3", "S02postgresql")):
        directory = tmp_path / f"rc{level}.d"
        directory.mkdir(exist_ok=True)
        (directory / link).symlink_to("../init.d/whatever")
    added = started_at_boot(tmp_path).since(before)
    assert added == StartedAtBoot(frozenset({"redis-server.service"}), frozenset({"haproxy", "postgresql"}))


TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0 20
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue …
   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 \
00:00000000 00000000     0        0 77 1 0 100 0 0 10 0
"""


def test_listeners_are_read_from_both_tables_of_the_kernel_connections_are_not(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(TCP)
    (tmp_path / "net" / "tcp6").write_text(TCP6)
    found = listeners(tmp_path)
    assert found == {Listener("127.0.0.1", 8080, 4242), Listener("::1", 80, 77)}
    assert {str(one) for one in found} == {"127.0.0.1:8080", "[::1]:80"}


def test_a_package_is_missing_when_one_of_its_programs_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_search_path", lambda: str(tmp_path))
    assert packages.missing() == list(packages.SERVERS)
    for programs in packages.SERVERS.values():
        for program in programs:
            (tmp_path / program).write_text("#!/bin/sh\n")
            (tmp_path / program).chmod(0o755)
    assert packages.missing() == []
    (tmp_path / "promtool").unlink()
    assert packages.missing() == ["prometheus"]


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("CI", "1"), ("YES", "1")])
def test_in_ci_or_with_yes_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("asked"))
    assert privilege.agreed("Install?")


@pytest.mark.parametrize(
    ("answer", "agreed"), [("", True), ("y", True), ("YES", True), ("n", False), ("x", False)]
)
def test_at_a_terminal_the_answer_decides(monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool) -> None:
    monkeypatch.setenv("CI", "false")
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr(privilege, "_can_ask", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert privilege.agreed("Install?") is agreed


def test_without_a_terminal_to_ask_at_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr(privilege, "_can_ask", lambda: False)
    assert not privilege.agreed("Install?")

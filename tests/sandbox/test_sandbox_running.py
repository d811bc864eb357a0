"""A sandbox that runs: what it listens on, what it writes, what it serves, and how it is handled."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import ssl
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from atalaia.cli.sandbox import sandbox as command
from atalaia.environment.endpoints import endpoints
from atalaia.environment.find import find
from atalaia.environment.loader import load
from atalaia.environment.policy import Safety
from atalaia.errors import NotMeasured, UsageError
from sandbox import launcher
from sandbox.readiness import get_json
from sandbox.running import Sandbox
from sandbox.servers.haproxy import statistics
from tests.support.sandboxes import (
    bound_addresses,
    files_written_by,
    processes_below,
    processes_of,
    proportional_memory,
    sockets_of,
    state_directory,
)

_DIRECTORIES_OF_THE_MACHINE = (
    "/var/lib/postgresql", "/var/lib/prometheus", "/var/lib/redis", "/var/lib/haproxy",
    "/var/log/postgresql", "/var/log/redis", "/run/postgresql", "/run/redis", "/run/haproxy",
)  # fmt: skip


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_directory() as state:
        yield state


@pytest.fixture(scope="module")
def sandbox(state: Path) -> Sandbox:
    return launcher.up("shared")


def front(sandbox: Sandbox, path: str, client: str, *, tls: bool = False) -> tuple[int, bytes]:
    """GET through the public front from one client address: status and body."""
    if tls:
        context = ssl.create_default_context(cafile=str(sandbox.blueprint.tls / "root.pem"))
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "localhost", sandbox.ports.haproxy_https, source_address=(client, 0), context=context, timeout=5
        )
    else:
        connection = http.client.HTTPConnection(
            "127.0.0.1", sandbox.ports.haproxy_http, source_address=(client, 0), timeout=5
        )
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def shared_memory_of(sandbox: Sandbox) -> list[str]:
    """Key and number of PostgreSQL's segment of shared memory, as it notes them itself."""
    return (sandbox.directory / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[6].split()


def segments() -> list[list[str]]:
    """Key and number of every segment that the kernel has."""
    return [line.split()[:2] for line in Path("/proc/sysvipc/shm").read_text().splitlines()]


def test_every_socket_is_bound_to_loopback(sandbox: Sandbox) -> None:
    pids = [*processes_of(sandbox.directory), *sandbox.pids.values()]
    addresses = bound_addresses({inode for pid in pids for inode in sockets_of(pid)})
    assert addresses == {"0100007F"}


def test_its_processes_write_only_below_its_own_directory(sandbox: Sandbox) -> None:
    pids = [*processes_of(sandbox.directory), *sandbox.pids.values()]
    written = {path for pid in pids for path in files_written_by(pid)}
    assert written
    assert {path for path in written if not path.startswith(f"{sandbox.directory}/")} == set()


def test_it_takes_less_memory_than_its_limit(sandbox: Sandbox) -> None:
    shares = [proportional_memory(pid) for pid in processes_of(sandbox.directory)]
    assert 100 < sum(shares) / 2**20 < 600


def test_passwords_are_random_and_stand_in_no_command_line_and_in_no_file_that_others_may_read(
    sandbox: Sandbox,
) -> None:
    secrets = [secret.encode() for secret in sandbox.secrets.values()]
    assert len(set(secrets)) == len(secrets)
    for pid in processes_of(sandbox.directory):
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        assert not any(secret in line for secret in secrets)
    for path in sandbox.directory.rglob("*"):
        if path.is_file() and any(secret in path.read_bytes() for secret in secrets):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_environment_file_loads_and_each_address_in_it_takes_connections(sandbox: Sandbox) -> None:
    environment = load(find("sandbox", {}), {})
    assert environment.file == sandbox.environment_file
    assert environment.safety is Safety.SANDBOX
    assert any("Kong 3.4.2 (stand-in)" in one for one in environment.stand_ins)
    declared = endpoints(environment)
    assert (
        len(declared) == 8 + 2 * 3 + 3 + 2 + 4 + 4
    )  # services, Kong, HAProxy, stores, exporters, monitoring

    async def connect_to_all() -> None:
        for url in declared.values():
            _, writer = await asyncio.open_connection("127.0.0.1", url.port)
            writer.close()

    asyncio.run(connect_to_all())


def test_both_fronts_lead_through_kong_to_the_service_and_its_stores(sandbox: Sandbox) -> None:
    for tls in (False, True):
        status, body = front(sandbox, "/api/v1/users/health", "127.64.1.1", tls=tls)
        assert (status, b'"service":"user-service"' in body) == (200, True)


def test_what_a_service_says_of_redis_is_true_and_redis_comes_back(sandbox: Sandbox) -> None:
    async def lose_redis() -> tuple[int, bytes]:
        await sandbox.stop("redis")
        try:
            return await asyncio.to_thread(front, sandbox, "/api/v1/users/health", "127.64.1.2")
        finally:
            await sandbox.start("redis")

    before = sandbox.pids
    status, body = asyncio.run(lose_redis())
    assert (status, b'"redis":"DOWN"' in body) == (503, True)
    changed = {name for name, pid in sandbox.pids.items() if before[name] != pid}
    assert changed == {"redis"}


def test_the_front_allows_each_client_address_a_hundred_requests_in_a_minute(sandbox: Sandbox) -> None:
    first = Counter(front(sandbox, "/nowhere", "127.64.1.3")[0] for _ in range(101))
    assert first == {404: 100, 429: 1}
    assert front(sandbox, "/nowhere", "127.64.1.4")[0] == 404


def test_a_restarted_front_begins_with_empty_tables_and_serves_what_was_rendered(sandbox: Sandbox) -> None:
    async def limit(requests: str) -> None:
        sandbox.render("haproxy", limit_requests=requests)
        await sandbox.restart("haproxy")

    asyncio.run(limit("2"))
    try:
        answers = [front(sandbox, "/nowhere", "127.64.1.5")[0] for _ in range(3)]
    finally:
        asyncio.run(limit("100"))
    assert answers == [404, 404, 429]
    servers = asyncio.run(statistics(sandbox.blueprint)).servers
    assert {(one.name, one.status, one.times_down) for one in servers} == {
        ("kong-1", "UP", 0),
        ("kong-2", "UP", 0),
        ("health-service", "UP", 0),
    }


def test_prometheus_takes_a_new_configuration_without_a_restart_and_a_broken_one_is_told(
    sandbox: Sandbox,
) -> None:
    file, before = sandbox.blueprint.home("prometheus") / "prometheus.yml", sandbox.pids
    good = file.read_text()
    file.write_text(good.replace("scrape_interval: 1s", "scrape_interval: 2s"))
    asyncio.run(sandbox.reload("prometheus"))
    loaded = asyncio.run(get_json(sandbox.ports.prometheus, "/api/v1/status/config"))
    assert "scrape_interval: 2s" in str(loaded)
    file.write_text("no: configuration")
    with pytest.raises(NotMeasured, match="prometheus: did not take its new configuration"):
        asyncio.run(sandbox.reload("prometheus"))
    sandbox.render("prometheus")
    asyncio.run(sandbox.reload("prometheus"))
    assert (file.read_text(), sandbox.pids) == (good, before)


def test_the_stores_can_be_asked_and_refuse_who_has_no_password(sandbox: Sandbox) -> None:
    assert asyncio.run(sandbox.sql("CREATE TEMP TABLE t (n int)", "SELECT 41 + 1")) == [(42,)]
    assert asyncio.run(sandbox.redis("CONFIG", "GET", "maxmemory-policy"))
    with pytest.raises(NotMeasured, match="redis: Authentication required"):
        asyncio.run(sandbox.redis("PING", password=""))


def test_status_lists_every_server_and_logs_tell_what_they_said(sandbox: Sandbox) -> None:
    runner = CliRunner()
    table = runner.invoke(command, ["status"], standalone_mode=False)
    assert table.return_value == 0
    for name, pid in sandbox.pids.items():
        assert any(name in line and str(pid) in line for line in table.output.splitlines())
    assert all(len(line) <= 80 for line in table.output.splitlines())
    said = runner.invoke(command, ["logs", "redis", "--lines", "3"], standalone_mode=False)
    assert "Ready to accept connections" in said.output


def test_two_sandboxes_side_by_side_share_nothing_and_ending_one_leaves_the_other(
    sandbox: Sandbox, state: Path
) -> None:
    """Runs last: it ends what the tests before it shared."""
    before = {path: os.stat(path).st_mtime_ns for path in _DIRECTORIES_OF_THE_MACHINE if Path(path).exists()}
    with launcher.running("second") as second:
        assert not {port for _, port in sandbox.ports} & {port for _, port in second.ports}
        with pytest.raises(UsageError, match="second, shared"):
            find("sandbox", {})
        assert find("sandbox:second", {}) == second.environment_file
        pids = list(sandbox.pids.values())
    assert not second.directory.exists()
    assert processes_of(second.directory) == []
    assert list(sandbox.pids.values()) == pids
    assert front(sandbox, "/health", "127.64.1.6")[0] == 200

    with pytest.raises(UsageError, match="a sandbox is there already"):
        launcher.up("shared")
    assert list(sandbox.pids.values()) == pids

    segment = shared_memory_of(sandbox)
    assert segment in segments()
    # Killed, it cannot clean up behind itself; and it is a server that died, not one that runs.
    os.kill(sandbox.pids["postgres"], signal.SIGKILL)
    launcher.down()
    assert segment not in segments()
    assert processes_below(state) == []
    assert list((state / "sandboxes").iterdir()) == []
    after = {path: os.stat(path).st_mtime_ns for path in before}
    assert after == before

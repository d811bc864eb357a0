"""Real Redis and PostgreSQL servers on loopback, for as long as a block takes."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.standins import free_ports

POSTGRES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "s3cr3t-of-the-store"


@contextmanager
def redis_server(*options: str) -> Iterator[int]:
    """A Redis with these command-line options; yields its port."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="atalaia-redis-") as directory:
        command = [
            "redis-server",
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            directory,
        ]
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
        try:
            _until(lambda: _answers(redis_cli(port, "PING")), f"redis-server on port {port}")
            yield port
        finally:
            process.terminate()
            process.wait(10)


def redis_cli(port: int, *words: str, password: str = "") -> str:
    """What a command line client prints."""
    command = [
        "redis-cli",
        "-p",
        str(port),
        *(["-a", password, "--no-auth-warning"] if password else []),
        *words,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout


@contextmanager
def postgres_server() -> Iterator[int]:
    """A PostgreSQL with the user `app` (PASSWORD) and the database `app`; yields its port."""
    (port,) = free_ports(1)
    directory = Path(tempfile.mkdtemp(prefix="atalaia-postgres-"))
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    if account:
        os.chown(directory, account.pw_uid, account.pw_gid)
    user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    try:
        secret = directory / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        data = directory / "data"
        subprocess.run(
            [
                POSTGRES / "initdb", "-D", data, "-U", "app", f"--pwfile={secret}", "-A", "scram-sha-256",
                "--no-sync",
            ],
            check=True, stdout=subprocess.DEVNULL, cwd=directory, **user,
        )  # fmt: skip
        settings = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": directory,
            "fsync": "off",
        }
        process = subprocess.Popen(
            [POSTGRES / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            stderr=subprocess.DEVNULL, cwd=directory, **user,
        )  # fmt: skip
        try:
            ask = [POSTGRES / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", "app", "-d", "postgres"]
            secrets = os.environ | {"PGPASSWORD": PASSWORD}

            def created() -> bool:
                command = [*ask, "-c", "CREATE DATABASE app"]
                return subprocess.run(command, env=secrets, capture_output=True, check=False).returncode == 0

            _until(created, f"postgres on port {port}")
            yield port
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(directory)


@contextmanager
def postgres_replica(primary: int) -> Iterator[int]:
    """A standby that streams from the `postgres_server` on a port; yields its own."""
    (port,) = free_ports(1)
    directory = Path(tempfile.mkdtemp(prefix="atalaia-replica-"))
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    if account:
        os.chown(directory, account.pw_uid, account.pw_gid)
    user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    data, secrets = directory / "data", os.environ | {"PGPASSWORD": PASSWORD}
    try:
        copy = [
            "-h",
            "127.0.0.1",
            "-p",
            str(primary),
            "-U",
            "app",
            "-D",
            data,
            "-R",
            "-c",
            "fast",
            "--no-sync",
        ]
        subprocess.run([POSTGRES / "pg_basebackup", *copy], check=True, env=secrets, cwd=directory, **user)
        settings = (
            f"--port={port}",
            "--listen_addresses=127.0.0.1",
            f"--unix_socket_directories={directory}",
        )
        process = subprocess.Popen(
            [POSTGRES / "postgres", "-D", data, *settings, "--fsync=off"],
            stderr=subprocess.DEVNULL, cwd=directory, **user,
        )  # fmt: skip
        try:
            ask = [POSTGRES / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", "app", "-d", "app", "-c"]

            def streaming() -> bool:
                query = [*ask, "SELECT 1 / count(*) FROM pg_stat_wal_receiver"]
                return subprocess.run(query, env=secrets, capture_output=True, check=False).returncode == 0

            _until(streaming, f"a replica on port {port}")
            yield port
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(directory)


def _answers(text: str) -> bool:
    return "PONG" in text or "NOAUTH" in text


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 15
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start")
        time.sleep(0.05)

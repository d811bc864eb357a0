"""PostgreSQL: a cluster of its own, made at each start."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from signal import SIGINT

import psycopg

from atalaia.errors import NotMeasured
from sandbox.blueprint import Blueprint
from sandbox.process import Command, unprivileged_account
from sandbox.programs import Program
from sandbox.record import write_private
from sandbox.render import render, variables
from sandbox.servers.server import RunToEnd, Server


class Postgres(Server):
    """PostgreSQL with the database atendeai, and roles for services, toolkit and exporter."""

    name = "postgres"
    programs = (Program("postgres", "postgresql"), Program("initdb", "postgresql"))
    ports = ("postgres",)
    # "Fast": ends its clients' sessions. SIGTERM would wait until they leave by themselves.
    stop_signal = SIGINT
    templates = {  # noqa: RUF012 - a constant of the class
        "postgresql.conf": "postgres/postgresql.conf",
        "pg_hba.conf": "postgres/pg_hba.conf",
    }

    def render(self, **overrides: str) -> None:
        super().render(**overrides)
        home = self.blueprint.home(self.name)
        write_private(home / "pg_ident.conf", "")
        self._hand_over()

    def _hand_over(self) -> None:
        """Give its directory and files to the account that runs it, where that is not ours."""
        if account := unprivileged_account():
            home = self.blueprint.home(self.name)
            for path in (home, *(path for path in home.iterdir() if path.is_file())):
                os.chown(path, account.uid, account.gid)

    async def prepare(self, run: RunToEnd) -> None:
        self.render()
        home = self.blueprint.home(self.name)
        write_private(home / "password", self.blueprint.secrets.postgres)
        self._hand_over()
        initdb = self.run(
            *("-D", str(home / "data"), "-U", "postgres", f"--pwfile={home / 'password'}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
            *("--no-sync", "--no-instructions"),
            program=1,
        )
        await run("initdb", replace(initdb, account=unprivileged_account()))
        (home / "password").unlink()

    def command(self) -> Command:
        home = self.blueprint.home(self.name)
        return replace(
            self.run("-c", f"config_file={home / 'postgresql.conf'}"), account=unprivileged_account()
        )

    async def ready(self) -> bool:
        return bool(await sql(self.blueprint, "SELECT 1", database="postgres"))

    async def furnish(self) -> None:
        script = render("postgres/roles.sql", variables(self.blueprint, self.name))
        statements = re.sub(r"^--.*$", "", script, flags=re.MULTILINE).split(";\n")
        await sql(self.blueprint, *filter(str.strip, statements), database="postgres")


async def sql(blueprint: Blueprint, *statements: str, database: str = "atendeai") -> list[tuple[object, ...]]:
    """Run statements as the superuser, each on its own; the rows of the last one.

    Raises NotMeasured when PostgreSQL refuses one, ConnectionError where it cannot be reached.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(
            host="127.0.0.1",
            port=blueprint.ports.postgres,
            user="postgres",
            password=blueprint.secrets.postgres,
            dbname=database,
            autocommit=True,
            connect_timeout=3,
        )
    except psycopg.OperationalError as error:
        raise ConnectionError(blueprint.redact(str(error))) from None
    rows: list[tuple[object, ...]] = []
    async with connection:
        for statement in statements:
            try:
                cursor = await connection.execute(statement.encode())
            except psycopg.Error as error:
                raise NotMeasured(blueprint.redact(str(error)), where="postgres") from None
            rows = await cursor.fetchall() if cursor.description else []
    return rows


def release_shared_memory(home: Path) -> None:
    """Remove the segment of shared memory that a killed PostgreSQL left in the kernel.

    One that ended by itself has removed it, with the file that names it.
    """
    try:
        key, number = (home / "data" / "postmaster.pid").read_text().splitlines()[6].split()
    except (OSError, IndexError, ValueError):
        return
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        found = line.split()
        # The same key and number, and nobody attached: it is the segment, and it is nobody else's.
        if (found[0], found[1], found[6]) == (key, number, "0"):
            subprocess.run(["ipcrm", "-m", number], check=False, capture_output=True)

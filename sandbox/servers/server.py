"""What every server of the sandbox has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from signal import SIGTERM, Signals
from typing import ClassVar

from sandbox.blueprint import Blueprint
from sandbox.process import Command
from sandbox.programs import Program
from sandbox.record import write_private
from sandbox.render import render, variables

RunToEnd = Callable[[str, Command], Awaitable[None]]
"""Run a helper program of this name to its end. Raises NotMeasured when it fails."""


class Server(ABC):
    """One server: everything that the launcher needs to know about it."""

    name: ClassVar[str]
    programs: ClassVar[tuple[Program, ...]] = ()
    """What must be installed; the first one is what runs."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Servers without which this one is of no use: it is left out where they are."""
    after: ClassVar[tuple[str, ...]] = ()
    """Servers that must be ready before this one starts."""
    ports: ClassVar[tuple[str, ...]] = ()
    """Names of its ports."""
    stop_signal: ClassVar[Signals] = SIGTERM
    templates: ClassVar[Mapping[str, str]] = {}
    """Files of its directory, and the templates in sandbox/config/ that they are written from."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint

    async def prepare(self, run: RunToEnd) -> None:
        """Write its files; once, before the first start."""
        self.render()

    def render(self, **overrides: str) -> None:
        """Write its configuration anew, with other values for some of the variables."""
        self.render_at(self.blueprint.home(self.name), **overrides)

    def render_at(self, home: Path, **overrides: str) -> None:
        """Write its configuration into a directory."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, text in self.files(variables(self.blueprint, self.name) | overrides).items():
            (home / file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(home / file, text)

    def files(self, values: Mapping[str, str]) -> dict[str, str]:
        """Its configuration with these values: path in its directory → text."""
        return {file: render(template, values) for file, template in self.templates.items()}

    @abstractmethod
    def command(self) -> Command:
        """How it is started."""

    @abstractmethod
    async def ready(self) -> bool:
        """Whether it does its work. Raising OSError, EOFError or ValueError means: not yet."""

    async def loaded(self) -> tuple[bool, str] | None:
        """For one that reads its configuration anew on SIGHUP: whether the last time went well, and when.

        None for every other one, which must be restarted.
        """
        return None

    async def furnish(self) -> None:
        """Fill it once, after its first start."""
        return

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, program: int = 0) -> Command:
        """A command that starts one of its programs in its own directory."""
        return Command(
            argv=(self.programs[program].path, *arguments),
            home=self.blueprint.home(self.name),
            log=self.blueprint.log(self.name),
            environment=environment or {},
        )

    def listen(self, port: str) -> str:
        """127.0.0.1:PORT for the port of this name."""
        return f"127.0.0.1:{self.port(port)}"

    def port(self, name: str) -> int:
        """The port of this name."""
        number: int = getattr(self.blueprint.ports, name)
        return number

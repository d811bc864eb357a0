"""Errors that are messages to the user.

AtalaiaError
├── UsageError      exit 3: the command, its options or a configuration file is wrong
├── NotMeasured     exit 2: the stack could not be measured (a server died, a tool is missing)
└── DeliveryError   exit 4: measured, but the results could not be delivered

Anything else that escapes is a defect of Atalaia itself (exit 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the `atalaia` command returns; precedence 3, 5, 1, 2, 4 (docs/architecture.md)."""

    OK = 0
    FAILED = 1
    NOT_MEASURED = 2
    USAGE = 3
    NOT_DELIVERED = 4
    DEFECT = 5


class AtalaiaError(Exception):
    """One thing that went wrong, told so that the reader can act.

    `what` is the sentence; `where` a file:line, target or hop; `expected` and `observed` the two
    sides of the contradiction; `hint` what to do next. None of them ever holds a secret.
    """

    exit_code = ExitCode.DEFECT

    def __init__(
        self, what: str, *, where: str = "", expected: str = "", observed: str = "", hint: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.observed = observed
        self.hint = hint

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        if self.observed:
            line += f"; found {self.observed}"
        if self.expected:
            line += f"; {self.expected}"
        if self.hint:
            line += f"; {self.hint}"
        return line


class UsageError(AtalaiaError):
    """The user asked for something that cannot be done as asked."""

    exit_code = ExitCode.USAGE


class UsageErrors(UsageError):
    """Several faults of one input, reported in one go."""

    def __init__(self, problems: Iterable[UsageError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NotMeasured(AtalaiaError):
    """The stack could not be measured, so nothing is said about it."""

    exit_code = ExitCode.NOT_MEASURED


class DeliveryError(AtalaiaError):
    """Measured, but a receiver of results did not take them."""

    exit_code = ExitCode.NOT_DELIVERED

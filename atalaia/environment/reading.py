"""The text of an environment file, read within bounds."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from atalaia.environment.alike import joined
from atalaia.environment.faults import Fault
from atalaia.errors import UsageError, UsageErrors

MAX_BYTES = 2**20
"""1 MiB; a large environment file has some 20 KiB."""

_PLAIN = re.compile(r"[\t\n\r\x20-\x7e]*")
_NOT_TEXT = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
"""What YAML does not take, and line breaks that editors do not count as such. It is long to compile, and few
files have anything else than what is plain."""

_INDENTED_BY_TAB = re.compile(r"^ *\t[ \t]*[^\s#]", re.MULTILINE)


def shown_path(path: Path) -> str:
    """A path as it was given, in characters that every terminal takes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def read(path: Path, most: int = MAX_BYTES, expected: str = "an environment file") -> str:
    """The whole text, of at most so many bytes. Raises UsageError where there is none that could be YAML."""
    text = read_text(path, most, expected)
    faults = []
    if not _PLAIN.fullmatch(text) and (found := re.search(_NOT_TEXT, text)):
        faults.append(_at(text, found, "a control character", "letters, digits, signs and spaces"))
    if found := _INDENTED_BY_TAB.search(text):
        faults.append(_at(text, found, "indented by a tab", "indent by spaces"))
    if faults:
        raise errors_of(path, faults)
    return text


def read_text(path: Path, most: int, expected: str) -> str:
    """The whole text, of at most so many bytes, be it YAML or not. Raises UsageError where there is none."""
    raw = _bytes(path, most, expected)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise errors_of(path, [Fault(line, "", "not UTF-8", "save the file as UTF-8")]) from None


def _bytes(path: Path, most: int, expected: str) -> bytes:
    where = shown_path(path)
    try:
        # Opened without waiting, so that a pipe in the file's place cannot hang the command.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UsageError("no such file", where=where) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UsageError(f"cannot be read: {reason}", where=where) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise UsageError(what, where=where, expected=f"{expected}, NAME.yml")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=where) from None
    finally:
        os.close(descriptor)
    if len(raw) > most:
        raise UsageError(
            f"larger than {most // 2**20} MiB", where=where, expected=f"{expected} is far smaller"
        )
    return raw


def _at(text: str, found: re.Match[str], what: str, allowed: str) -> Fault:
    return Fault(text[: found.start()].count("\n") + 1, "", f"not YAML: {what}", allowed)


def errors_of(path: Path, faults: Iterable[Fault]) -> UsageErrors:
    """Everything that is wrong with a file, by line."""
    shown = shown_path(path)
    return UsageErrors(fault.error(shown) for fault in joined(faults))


def short_path(path: Path) -> str:
    """Relative to where the reader is, where that is shorter."""
    try:
        return shown_path(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return shown_path(path)

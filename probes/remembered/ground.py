"""What a plan was made of: files, variables of the process, and Atalaia's own code."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHECK = 2
"""Bytes of the check over the variables that hold secrets: enough to see that one of them is another, and too
little to find out by guessing what they are."""
_MOST = 2**25
"""Bytes of a file, well above what an environment's files may have."""


@dataclass(frozen=True)
class Ground:
    """What has to be as it was, for a plan to be believed."""

    files: tuple[tuple[str, str], ...]
    """Path → digest of its content."""
    code: tuple[tuple[str, int, int], ...]
    """Files of Atalaia's that were loaded for it: path, time of the last change in nanoseconds, size."""
    variables: tuple[str, ...]
    """Names of variables that the file asks for and that hold no secret …"""
    digest: str
    """… and what they hold, together."""
    secret: tuple[str, ...]
    """Names of the others …"""
    salt: str
    check: str
    """… and a short check of what they hold, all together."""

    @classmethod
    def of(
        cls,
        files: Mapping[Path, bytes],
        variables: Mapping[str, str],
        asked: Iterable[str],
        secrets: Iterable[str],
        salt: str,
    ) -> Ground:
        """That of what was just planned, of these files, with the variables that were asked for."""
        every = sorted(set(asked))
        hidden = tuple(secrets)
        secret = tuple(name for name in every if _holds(variables.get(name, ""), hidden))
        plain = tuple(name for name in every if name not in secret)
        return cls(
            files=tuple((str(path), _digest(content)) for path, content in files.items()),
            code=tuple(sorted(_code())),
            variables=plain,
            digest=_of(plain, variables, salt),
            secret=secret,
            salt=salt,
            check=_of(secret, variables, salt)[: 2 * _CHECK],
        )

    def unchanged(self, variables: Mapping[str, str]) -> tuple[bytes, ...] | None:
        """The contents of the files, where everything is as it was."""
        if _of(self.variables, variables, self.salt) != self.digest:
            return None
        if _of(self.secret, variables, self.salt)[: 2 * _CHECK] != self.check:
            return None
        if any(_stamp(path) != (changed, size) for path, changed, size in self.code):
            return None
        contents = tuple(content_of(Path(path)) for path, _ in self.files)
        for content, (_, digest) in zip(contents, self.files, strict=True):
            if content is None or _digest(content) != digest:
                return None
        return tuple(content for content in contents if content is not None)

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Ground:
        """The inverse of `told`. Raises KeyError, TypeError, ValueError for what is none."""
        return cls(
            files=tuple((path, digest) for path, digest in told["files"]),
            code=tuple((path, changed, size) for path, changed, size in told["code"]),
            variables=tuple(told["variables"]),
            digest=told["digest"],
            secret=tuple(told["secret"]),
            salt=told["salt"],
            check=told["check"],
        )


def content_of(path: Path) -> bytes | None:
    """What is in a file; None where that cannot be read, or is no file that an environment could name."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _code() -> Iterable[tuple[str, int, int]]:
    """The files of Atalaia's that are loaded: what comes of a file of the user's depends on them."""
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] in {"atalaia", "probes"} and (path := getattr(module, "__file__", None)):
            stamp = _stamp(path)
            if stamp is not None:
                yield (path, *stamp)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _of(names: tuple[str, ...], variables: Mapping[str, str], salt: str) -> str:
    """A digest of what variables hold; one that is not set counts as empty, as the environment file's do."""
    held = json.dumps([salt, [(name, variables.get(name, "")) for name in names]])
    return _digest(held.encode())


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()


def _holds(value: str, secrets: tuple[str, ...]) -> bool:
    return any(value in secret or secret in value for secret in secrets) if value else False

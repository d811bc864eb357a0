"""What a plan was made of: files, variables of the process, and Atalaia's own code."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from atalaia import __version__

_MOST = 2**25
"""Bytes of a file, well above what an environment's files may have."""


@dataclass(frozen=True)
class Ground:
    """What has to be as it was, for a plan to be believed."""

    variables: tuple[str, ...]
    """Names of those that the environment file asks for."""
    files: tuple[str, ...]
    """Paths of the environment file and of those that it names."""
    code: tuple[str, ...]
    """Paths of Atalaia's own files that were loaded for it."""

    def readings(self, variables: Mapping[str, str]) -> Readings | None:
        """What these hold now; None where one of the files cannot be read."""
        held = tuple(variables.get(name, "") for name in self.variables)
        files = tuple(content_of(Path(path)) for path in self.files)
        code = tuple(stamp_of(path) for path in self.code)
        if None in files or None in code:
            return None
        return Readings((*held, *(each for each in files if each is not None)), f"{_here()}\n{code}")

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Ground:
        """The inverse of `told`. Raises KeyError and TypeError for what is none."""
        return cls(tuple(told["variables"]), tuple(told["files"]), tuple(told["code"]))


@dataclass(frozen=True, repr=False)
class Readings:
    """What a ground held at a moment."""

    texts: tuple[str, ...]
    """Of each variable, and after these of each file: where secrets are read from."""
    code: str
    """Which code it is: where it lies, and when it was changed."""

    def mac(self, key: bytes, *more: bytes) -> str:
        """A digest of it all, and more, that only who has the key can make."""
        digest = hashlib.blake2b(key=key, digest_size=32)
        texts = (each.encode("utf-8", "surrogateescape") for each in (self.code, *self.texts))
        for each in (*more, *texts):
            digest.update(len(each).to_bytes(8) + each)
        return digest.hexdigest()


def content_of(path: Path) -> str | None:
    """The text of a file; None where it cannot be read, or is nothing that an environment could name."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST:
            return None
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        return None


def loaded_code() -> Iterator[tuple[str, int | None]]:
    """The files of Atalaia's that are loaded, by which a file of the user's becomes a plan, and when
    they were changed, in nanoseconds of Unix time. None: nobody can tell, as in an archive."""
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] in {"atalaia", "probes"}:
            path = str(getattr(module, "__file__", ""))
            stamp = stamp_of(path)
            yield path, stamp[0] if stamp else None


def stamp_of(path: str) -> tuple[int, int, int] | None:
    """When a file was changed, by the file system and by its own word, in nanoseconds, and its size in bytes.
    Whoever installs a file may give it any word."""
    try:
        found = os.stat(path)
    except (OSError, ValueError, OverflowError):
        return None
    return found.st_ctime_ns, found.st_mtime_ns, found.st_size


def _here() -> str:
    """Which installation this is: another one's files may lie where they were, and be others'."""
    ours = sys.modules["atalaia"]
    return json.dumps([__version__, ours.__file__, __file__, sys.version, sys.prefix])

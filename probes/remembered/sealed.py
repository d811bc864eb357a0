"""A plan as bytes without its secrets: in their place stands from where they are read."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from atalaia.environment.frozen import FrozenDict
from atalaia.redaction import SHORTEST, Redactor
from probes.watch import Watch

_ROOMS = {"atalaia", "probes"}
_OTHERS = {
    ("datetime", "timedelta"), ("pathlib", "PosixPath"), ("builtins", "frozenset"), ("builtins", "set"),
}  # fmt: skip
"""What a plan consists of beside Atalaia's own types: nothing else is made of a file's bytes."""

_VARIABLE, _FILE = "variable", "file"
Source = tuple[str, str | int, int, int]
"""Of a variable: its name, and from where to where its value is the secret. Of a file: its number, and the
first byte and the one behind the last."""


_BROKEN = (
    pickle.UnpicklingError, EOFError, ImportError, AttributeError, LookupError, TypeError, ValueError,
)  # fmt: skip
"""What pickle raises for bytes that are none of its own, or of types that there are no more."""


class _Sealer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, sources: Mapping[str, Source]) -> None:
        super().__init__(file, protocol=5)
        self._sources = sources
        longest_first = sorted(sources, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if sources else None

    def persistent_id(self, value: Any) -> Any:
        """The parts of a text with a secret in it."""
        if self._secrets is None or not isinstance(value, (str, bytes)):
            return None
        text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
        if type(value) not in {str, bytes} or not self._secrets.search(text):
            return None
        parts: list[str | Source] = []
        end = 0
        for found in self._secrets.finditer(text):
            parts += [text[end : found.start()], self._sources[found[0]]]
            end = found.end()
        return (type(value) is bytes, (*parts, text[end:]))


class _Unsealer(pickle.Unpickler):
    def __init__(self, body: bytes, contents: tuple[bytes, ...], variables: Mapping[str, str]) -> None:
        super().__init__(io.BytesIO(body))
        self._contents = contents
        self._variables = variables

    def persistent_load(self, told: Any) -> str | bytes:
        """The text of its parts."""
        is_bytes, parts = told
        text = "".join(part if isinstance(part, str) else self._read(part) for part in parts)
        return text.encode("utf-8", "surrogateescape") if is_bytes else text

    def find_class(self, module: str, name: str) -> Any:
        """Only types that a plan is made of: to make one of them has no effects."""
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        if module.partition(".")[0] in _ROOMS and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module and _is_data(found):
                return found
        raise pickle.UnpicklingError(f"no part of a plan: {module}.{name}")

    def _read(self, source: Source) -> str:
        kind, where, start, stop = source
        if kind == _VARIABLE:
            return self._variables[str(where)][start:stop]
        return self._contents[int(where)][start:stop].decode()


def _is_data(found: type) -> bool:
    return is_dataclass(found) or issubclass(found, (Enum, FrozenDict))


def sealed(
    watch: Watch, contents: tuple[bytes, ...], variables: Mapping[str, str], asked: Iterable[str]
) -> bytes | None:
    """The bytes; None for a plan that cannot be kept so, or would come back as another one.

    `contents` are those of the files that it was made of, `asked` the names of the variables.
    """
    hidden = {*watch.secrets, *watch.pushgateway.secrets} if watch.pushgateway else set(watch.secrets)
    names = tuple(asked)
    sources = {}
    for secret in hidden:
        source = _source(secret, contents, variables, names)
        if source is None or len(secret) < SHORTEST:
            return None
        sources[secret] = source
    file = io.BytesIO()
    try:
        _Sealer(file, sources).dump(watch)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None  # a kind of probe that holds more than data
    body = file.getvalue()
    if Redactor(hidden).occurs_in(body) or unsealed(body, contents, variables) != watch:
        return None
    return body


def unsealed(body: bytes, contents: tuple[bytes, ...], variables: Mapping[str, str]) -> Watch | None:
    """What was sealed; None where that is no plan."""
    try:
        found = _Unsealer(body, contents, variables).load()
    except (
        pickle.UnpicklingError,
        EOFError,
        ImportError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ):
        return None
    return found if isinstance(found, Watch) else None


def _source(
    secret: str, contents: tuple[bytes, ...], variables: Mapping[str, str], names: tuple[str, ...]
) -> Source | None:
    """From where a secret is read."""
    for name in names:
        start = variables.get(name, "").find(secret)
        if start >= 0:
            return (_VARIABLE, name, start, start + len(secret))
    raw = secret.encode("utf-8", "surrogateescape")
    for number, content in enumerate(contents):
        start = content.find(raw)
        if start >= 0:
            return (_FILE, number, start, start + len(raw))
    return None

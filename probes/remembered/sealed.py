"""A plan as bytes without its secrets: in their place stands from where they are read."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import timedelta
from enum import Enum
from pathlib import PosixPath
from typing import Any

from atalaia.environment.frozen import FrozenDict
from atalaia.redaction import SHORTEST, Redactor
from probes.watch import Watch

_ROOMS = {"atalaia", "probes"}
_OTHERS = {(each.__module__, each.__qualname__) for each in (timedelta, PosixPath, frozenset)}
"""What a plan consists of beside Atalaia's own types: nothing else is made of a file's bytes."""

Source = tuple[int] | tuple[int, int, int]
"""The number of a text that a plan was made of; and where the secret is not all of it, its first character
and the one behind its last."""


class _Sealer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, sources: Mapping[str, Source]) -> None:
        super().__init__(file, protocol=5)
        self._sources = sources

    def persistent_id(self, value: Any) -> Any:
        """The parts of a text with a secret in it: texts, and numbers that tell from where one is read."""
        if type(value) not in {str, bytes}:
            return None
        text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
        spans = list(self._apart(text))
        if not spans:
            return None
        parts: list[str | Source] = []
        end = 0
        for start, stop in spans:
            parts += [text[end:start], self._sources[text[start:stop]]]
            end = stop
        return (isinstance(value, bytes), (*parts, text[end:]))

    def reducer_override(self, value: Any) -> Any:
        """Enumerations by class and value, as most versions of Python have it; in Debian's 3.11.2 it is by
        `getattr`, which is no type of a plan's.
        """
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented

    def _apart(self, text: str) -> Iterator[tuple[int, int]]:
        """Where secrets stand, without those within others. Raises PicklingError where one begins in another
        and ends behind it: a part of it would be left."""
        found = {(start, start + len(secret)) for secret in self._sources for start in _starts(text, secret)}
        end = 0
        for start, stop in sorted(found, key=lambda span: (span[0], -span[1])):
            if start >= end:
                yield start, stop
                end = stop
            elif stop > end:
                raise pickle.PicklingError("secrets that overlap")


class _Unsealer(pickle.Unpickler):
    def __init__(self, body: bytes, texts: tuple[str, ...]) -> None:
        super().__init__(io.BytesIO(body))
        self._texts = texts

    def persistent_load(self, told: Any) -> str | bytes:
        """The text of its parts."""
        is_bytes, parts = told
        text = "".join(part if isinstance(part, str) else self._read(*part) for part in parts)
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

    def _read(self, number: int, start: int = 0, stop: int | None = None) -> str:
        return self._texts[number][start:stop]


def sealed(watch: Watch, texts: tuple[str, ...], variables: int) -> bytes | None:
    """The bytes; None for a plan that cannot be kept so, or would come back as another one.

    `texts` are what it was made of, the values of this many variables before those of files. What a variable
    holds is kept as little as a secret, whatever it is: a path may have a token in it.
    """
    hidden = {*watch.secrets, *(watch.pushgateway.secrets if watch.pushgateway else ())}
    sources = _sources(hidden, texts, variables)
    if sources is None:
        return None
    file = io.BytesIO()
    try:
        _Sealer(file, sources).dump(watch)
        body = file.getvalue()
        as_it_was = unsealed(body, texts) == watch
    except (pickle.PickleError, TypeError, AttributeError, RecursionError):
        return None  # a kind of probe that holds more than data, or secrets that cannot be told apart
    return body if as_it_was and not Redactor(hidden).occurs_in(body) else None


def unsealed(body: bytes, texts: tuple[str, ...]) -> Watch:
    """What was sealed, of bytes that are known as our own."""
    found = _Unsealer(body, texts).load()
    assert isinstance(found, Watch), "nothing else is sealed"
    return found


def _sources(hidden: set[str], texts: tuple[str, ...], variables: int) -> dict[str, Source] | None:
    """From where each secret is read, and what variables hold; None where one stands nowhere."""
    sources: dict[str, Source] = {
        text: (number,) for number, text in enumerate(texts[:variables]) if len(text) >= SHORTEST
    }
    unfound = []
    for secret in sorted(hidden - sources.keys()):
        source = _source(secret, texts)
        if len(secret) < SHORTEST:
            return None
        if source is None:
            unfound.append(secret)
        else:
            sources[secret] = source
    return sources if all(_made_of(each, sources, texts) for each in unfound) else None


def _source(secret: str, texts: Iterable[str]) -> Source | None:
    """From where a secret is read."""
    for number, text in enumerate(texts):
        start = text.find(secret)
        if start >= 0:
            return (number, start, start + len(secret))
    return None


def _made_of(secret: str, sources: Mapping[str, Source], texts: tuple[str, ...]) -> bool:
    """Whether it is others with words of the file around them, as `Bearer ${TOKEN}` is."""
    within = [each for each in sources if each in secret]
    rest = [secret]
    for each in within:
        rest = [part for piece in rest for part in piece.split(each)]
    return bool(within) and all(any(part in text for text in texts) for part in rest)


def _starts(text: str, secret: str) -> Iterator[int]:
    start = text.find(secret)
    while start >= 0:
        yield start
        start = text.find(secret, start + 1)


def _is_data(found: type) -> bool:
    return is_dataclass(found) or issubclass(found, (Enum, FrozenDict))

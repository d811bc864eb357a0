"""Keeping secrets out of everything that is written: one redactor at every text boundary."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
SHORTEST = 4
"""Shorter secrets are left alone. Taking every `ab` out of a text makes it unreadable, falsifies what
checks judge, and tells by its gaps what the secret was. `atalaia env validate` warns of them."""

_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FIELD = re.compile(r"[A-Za-z]{1,24}(_[A-Za-z]{1,24}){0,5}")
_UNRESERVED = ("", "/", "!$&'()*+,;=", "!$&'()*+,;=:@/?")
"""What the encoders of queries, paths and credentials leave as it is."""


class Redactor:
    """Replaces secrets by `[redacted]`: as they are, and percent-encoded, base64-encoded (alone or inside
    `user:password`), or escaped for JSON or HTML.

    Everything that belongs to any occurrence goes, also where secrets overlap. It is frozen, cannot be
    pickled, and its repr does not show what it looks for.
    """

    __slots__ = ("_bytes", "_cores", "_count", "_texts")

    _bytes: tuple[bytes, ...]
    _cores: tuple[bytes, ...]
    _count: int
    _texts: tuple[bytes, ...]

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {secret for secret in secrets if len(secret) >= SHORTEST}
        set_ = object.__setattr__
        set_(self, "_count", len(found))
        set_(self, "_texts", _distinct(form for secret in found for form in _as_text(secret)))
        set_(self, "_bytes", _distinct(form for secret in found for form in _as_bytes(secret)))
        set_(self, "_cores", _distinct(core for secret in found for core in _base64_cores(secret)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a redactor is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a redactor is frozen")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a redactor is not pickled: it would take the secrets along")

    def __repr__(self) -> str:
        return f"<Redactor of {self._count} secrets>"

    def __call__(self, text: str) -> str:
        """The text without the secrets; the same object where it holds none."""
        raw = text.encode("utf-8", "surrogatepass")
        redacted = _without(raw, self._texts, self._cores)
        return text if redacted is raw else redacted.decode("utf-8", "surrogatepass")

    def bytes(self, raw: bytes) -> bytes:
        """The bytes, of any encoding, without the secrets; the same object where they hold none."""
        return _without(raw, self._texts + self._bytes, self._cores)

    def occurs_in(self, value: Any) -> bool:
        """Whether any secret stands anywhere in nested data. One look at all of it: most data holds none."""
        leaves = b"\0".join(_leaves(value))  # no secret holds a NUL: variables of a process cannot
        return _without(leaves, self._texts + self._bytes, self._cores) is not leaves

    def structure(self, value: Any) -> Any:
        """A copy of nested lists, tuples, sets and dictionaries with every text in it redacted.

        Numbers, truth values and members of an enumeration stay: they are words of ours. So do keys that
        are names of fields: a secret called `secret` would take the field away, and say what it is.
        """
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, bytes):
            return self.bytes(value)
        if isinstance(value, dict):
            return {
                key if _is_field(key) else self.structure(key): self.structure(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple, set, frozenset)):
            items = (self.structure(item) for item in value)
            # A named tuple takes its fields one by one.
            return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        return value


def _is_field(key: object) -> bool:
    """Whether the key of a dictionary is a name of a field, and no text of somebody's."""
    return isinstance(key, str) and not isinstance(key, Enum) and _FIELD.fullmatch(key) is not None


def _leaves(value: Any) -> Iterator[bytes]:
    """Every text and every run of bytes in nested data, as `structure` redacts them."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Enum):
            continue
        if isinstance(each, str):
            yield each.encode("utf-8", "surrogatepass")
        elif isinstance(each, bytes):
            yield each
        elif isinstance(each, dict):
            waiting += [*(key for key in each if not _is_field(key)), *each.values()]
        elif isinstance(each, (list, tuple, set, frozenset)):
            waiting += each


def _without(raw: bytes, forms: tuple[bytes, ...], cores: tuple[bytes, ...]) -> bytes:
    spans = [span for form in forms for span in _occurrences(raw, form)]
    spans += [_widened(raw, span) for core in cores for span in _occurrences(raw, core)]
    if not spans:
        return raw
    kept, end = [], 0
    for start, stop in _merged(spans):
        kept += [raw[end:start], MARK.encode()]
        end = stop
    return b"".join([*kept, raw[end:]])


def _as_text(secret: str) -> Iterator[bytes]:
    """A secret as it stands in texts of several kinds, in UTF-8: whole characters."""
    import html  # its table of all named characters is long to load

    escaped = {secret, html.escape(secret), html.escape(secret).replace("&#x27;", "&#39;")}
    for only_ascii in (True, False):
        once = json.dumps(secret, ensure_ascii=only_ascii)[1:-1]
        # A JSON text inside a JSON text, as log collectors wrap it, is escaped twice.
        escaped |= {once, once.replace("/", "\\/"), json.dumps(once, ensure_ascii=only_ascii)[1:-1]}
    yield from (form.encode("utf-8", "surrogatepass") for form in escaped)
    raw = _bytes_of(secret)
    for encoded in (quote_plus(raw), *(quote(raw, safe=safe) for safe in _UNRESERVED)):
        yield encoded.encode()
        yield _lower_hexadecimal(encoded).encode()


def _as_bytes(secret: str) -> Iterator[bytes]:
    """A secret as it stands in bytes; cut out of a text these could leave half a character."""
    yield _bytes_of(secret)
    if all(ord(character) < 256 for character in secret):
        yield secret.encode("latin-1")


def _base64_cores(secret: str) -> Iterator[bytes]:
    """The base64 digits that a secret alone determines, for each way it can stand in what is encoded.

    The bits of one digit come from one or two bytes, so at either end a digit may depend on what
    stands beside the secret; those digits are added where a core is found.
    """
    raw = _bytes_of(secret)
    for before in range(3):
        first = (before * 8 + 5) // 6
        stop = (before + len(raw)) * 8 // 6
        core = b64encode(bytes(before) + raw)[first:stop]
        yield core
        yield core.translate(_URL_SAFE)


def _bytes_of(secret: str) -> bytes:
    """A secret's bytes; variables of the process may hold bytes that are no UTF-8."""
    try:
        return secret.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return secret.encode("utf-8", "surrogatepass")


def _lower_hexadecimal(encoded: str) -> str:
    head, *tail = encoded.split("%")
    return head + "".join(f"%{part[:2].lower()}{part[2:]}" for part in tail)


def _distinct(forms: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(set(forms))


def _occurrences(raw: bytes, form: bytes) -> Iterator[tuple[int, int]]:
    """Where a form stands; occurrences that overlap are one."""
    start = raw.find(form)
    while start >= 0:
        stop = start + len(form)
        following = raw.find(form, start + 1)
        while 0 <= following < stop:
            stop = following + len(form)
            following = raw.find(form, following + 1)
        yield start, stop
        start = following


def _widened(raw: bytes, span: tuple[int, int]) -> tuple[int, int]:
    """The span with the digit on either side that holds bits of the secret, and the padding."""
    start, stop = span
    if start > 0 and raw[start - 1] in _BASE64:
        start -= 1
    if stop < len(raw) and raw[stop] in _BASE64:
        stop += 1
    while stop < len(raw) and raw[stop : stop + 1] == b"=":
        stop += 1
    return start, stop


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that overlap as one."""
    spans = sorted(spans)
    start, stop = spans[0]
    for following, end in spans[1:]:
        if following < stop:
            stop = max(stop, end)
        else:
            yield start, stop
            start, stop = following, end
    yield start, stop

"""How Kong reads a request's path, and how it writes the one that the upstream sees."""

from __future__ import annotations

import re
import warnings

_TRIPLET = re.compile(r"%([0-9a-fA-F]{2})")
_RESERVED = frozenset("!*'();:@&=+$,/?%#[]")
_GROUP = re.compile(r"\(\?<(?![=!])")
_UNSAFE = re.compile(rb"[^!#$&'()*+,/:;=?@\[\]A-Za-z0-9\-_.~%]")


def normalise(path: str, *, merge_slashes: bool = False) -> str:
    """RFC 3986's dot segments removed, and `%XX` decoded where it stands for no reserved character.

    Bytes that are not UTF-8 become surrogates (PEP 383), so that nothing is lost.
    """
    if "%" in path:
        raw = _TRIPLET.sub(_decoded, path)
        path = (
            raw.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
            if raw.isascii() is False
            else raw
        )
    if "." not in path and not (merge_slashes and "//" in path):
        return path
    segments: list[str] = []
    parts = path.split("/")
    for position, part in enumerate(parts[1:]):
        last = position == len(parts) - 2
        if part == "..":
            if segments:
                segments.pop()
            if last:
                segments.append("")
        elif part == ".":
            if last:
                segments.append("")
        elif part == "" and merge_slashes and not last:
            continue
        else:
            segments.append(part)
    return "/" + "/".join(segments) if path.startswith("/") else path


def escape(path: str) -> str:
    """Percent-encode every byte that may not stand in a request line."""
    raw = path.encode("utf-8", "surrogateescape")
    return _UNSAFE.sub(lambda found: b"%%%02X" % ord(found[0]), raw).decode("ascii")


def compile_expression(text: str) -> re.Pattern[str]:
    """A regular expression of Kong's (without `~`) in Python's spelling. Raises re.error."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what Python may read otherwise one day
            return re.compile(_GROUP.sub("(?P<", text))
    except OverflowError:
        raise re.error("number too big in {} quantifier") from None
    except RecursionError:
        raise re.error("parentheses are too deeply nested") from None


def compiles(text: str) -> bool:
    """Whether a text is a regular expression."""
    try:
        compile_expression(text)
    except re.error:
        return False
    return True


def _decoded(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return found[0].upper() if character in _RESERVED else character

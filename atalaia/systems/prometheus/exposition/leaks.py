"""Secrets on a page, line by line as it came: what no parser reads, whoever opens the page does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atalaia.systems.prometheus.exposition.secrets import (
    credential_under,
    lines_with_shapes,
    secret_in,
    secret_under,
)

_HELP = re.compile(r"#\s*HELP\s+(\S+)")
_NAME = re.compile(r"\s*([a-zA-Z_:][\w:.-]*)")
_PAIR = re.compile(r'([a-zA-Z_][\w.-]*)\s*=\s*(?:"((?:[^"\\]++|\\.)*+)|([^\s,{}"]+))')
"""A label and its value; its quotes may be missing, or have no end."""
_SUFFIX = re.compile(r"_(bucket|sum|count|total|created)\Z")


def leaks(body: bytes) -> Iterator[str]:
    """Where a page holds what, never itself: once for a label of a metric, however many of them there are."""
    told: set[tuple[str, str]] = set()
    text = body.decode("utf-8", "replace")
    shapes = lines_with_shapes(text)
    for at, line in enumerate(text.split("\n"), 1):
        shape = shapes.get(at)
        if shape is None and "=" not in line:
            continue
        if line.lstrip().startswith("#"):
            if shape:
                yield f"{_commented(line, at)} holds {shape}"
            continue
        named = _NAME.match(line)
        name = _tellable(named[1] if named else "")
        leaking = [
            (label, what)
            for label, quoted, bare in _PAIR.findall(line)
            if _tellable(label)
            if (what := (secret_under if shape else credential_under)(label, quoted or bare))
        ]
        if shape and not leaking:
            leaking = [("", shape)]
        for label, what in leaking:
            key = (_SUFFIX.sub("", name), label)
            if key not in told:
                told.add(key)
                yield f"line {at}: {_place(name, label)} holds {what}"


def _commented(line: str, at: int) -> str:
    found = _HELP.search(line)
    name = _tellable(found[1]) if found else ""
    return f"the HELP of {name}" if name else f"line {at}: a comment"


def _tellable(name: str) -> str:
    """A name, unless it is the secret itself."""
    return "" if secret_in(name) else name


def _place(name: str, label: str) -> str:
    where = " ".join(
        [*([f"the label {label}"] if label else []), *([f"of {name}"] if name and label else [])]
    )
    return where or (f"the line of {name}" if name else "it")

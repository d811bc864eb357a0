"""Headers of an answer as plugins change them: a list of (name, value), in wire order."""

from __future__ import annotations

Lines = list[tuple[str, str]]


def put(lines: Lines, name: str, value: str) -> None:
    """nginx' `ngx.header[name] = value`: in the place of the first of that name, the others removed."""
    lower = name.lower()
    for at, (given, _) in enumerate(lines):
        if given.lower() == lower:
            drop(lines, name, after=at + 1)
            lines[at] = (name, value)
            return
    lines.append((name, value))


def put_all(lines: Lines, name: str, values: list[str]) -> None:
    """Exactly these values under a name, in the place of the first."""
    at = next((at for at, (given, _) in enumerate(lines) if given.lower() == name.lower()), len(lines))
    drop(lines, name)
    lines[at:at] = [(name, value) for value in values]


def drop(lines: Lines, name: str, *, after: int = 0) -> None:
    """Remove every header of a name (from a position on)."""
    lower = name.lower()
    kept = [line for line in lines[after:] if line[0].lower() != lower]
    if len(kept) != len(lines) - after:
        lines[after:] = kept


def values(lines: Lines, name: str) -> list[str]:
    """The values of a name (any case), in order."""
    lower = name.lower()
    return [value for given, value in lines if given.lower() == lower]

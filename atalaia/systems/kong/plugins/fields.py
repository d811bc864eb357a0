"""Headers as plugins look them up and change them: by lower-case name, in the order they first came."""

from __future__ import annotations

Lines = list[tuple[str, str]]
"""Headers as they are sent: name and value, in wire order."""
Fields = dict[str, list[tuple[str, str]]]
"""Lower-case name → the lines of that name. To set a header is to replace its list."""


def fields_of(*sources: Lines) -> Fields:
    """The lines by name; those of one name keep their order."""
    found: Fields = {}
    for lines in sources:
        for line in lines:
            lower = line[0].lower()
            if lower in found:
                found[lower].append(line)
            else:
                found[lower] = [line]
    return found


def lines_of(fields: Fields) -> Lines:
    """The lines again, those of one name together."""
    return [line for lines in fields.values() for line in lines]


def put(fields: Fields, name: str, value: str) -> None:
    """nginx' `ngx.header[name] = value`: in the place of the first of that name, instead of all of them."""
    fields[name.lower()] = [(name, value)]


def add(fields: Fields, name: str, value: str) -> None:
    """One more of that name."""
    fields.setdefault(name.lower(), []).append((name, value))

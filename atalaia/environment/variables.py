"""`${NAME}` and `${NAME:-default}` in the texts of an environment file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_REFERENCE = re.compile(rf"\$\$\{{|\$\{{(?:({_NAME})(:-((?:[^}}$]|\$(?!\{{))*))?\}})?")
"""A default holds no other variable."""

PATTERN = rf"\$\{{{_NAME}(:-[^}}]*)?\}}"
"""A reference, as a pattern for editors."""


@dataclass(frozen=True)
class Substituted:
    """A text with its variables filled in."""

    text: str
    taken: tuple[str, ...] = ()
    """Values that came from the process's variables; defaults are not among them."""
    problems: tuple[tuple[str, str], ...] = ()
    """(what is wrong, what is allowed), by name of the variable, never by value."""


def has_reference(text: str) -> bool:
    """Whether a text names a variable, or tries to."""
    return "${" in text


def substitute(text: str, variables: Mapping[str, str]) -> Substituted:
    """Fill in the variables of a text. A variable that is empty counts as one that is not set, as in
    `${NAME:-default}` of a shell; `${NAME:-}` allows it to be. `$${` is a literal `${`."""
    taken: list[str] = []
    problems: dict[tuple[str, str], None] = {}

    def filled(found: re.Match[str]) -> str:
        name, has_default, default = found.groups()
        if found[0] == "$${":
            return "${"
        if name is None:
            problems["${ without a variable", "${NAME} or ${NAME:-default}, a literal ${ is $${"] = None
            return ""
        value = variables.get(name, "")
        if not _is_text(value):
            problems[f"variable {name} holds bytes that are not UTF-8 text", ""] = None
            return ""
        if value:
            taken.append(value)
            return value
        if not has_default:
            state = "empty" if name in variables else "not set"
            problems[f"variable {name} is {state}", f"set it, or write ${{{name}:-default}}"] = None
        return default or ""

    return Substituted(_REFERENCE.sub(filled, text), tuple(taken), tuple(problems))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

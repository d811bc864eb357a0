"""What a YAML parser stumbled over, in words that say what to do and never quote the file."""

from __future__ import annotations

import yaml

from atalaia.environment.faults import Fault

_WORDS = (
    ("mapping values are not allowed", "a colon and a space inside a value; put the value in quotes"),
    ("cannot start any token", "a value that begins with @, ` or %, or a tab; put it in quotes"),
    ("escape", "an unknown \\ escape in double quotes; in single quotes \\ is only itself"),
    ("unexpected end of stream", "a quote that is never closed"),
    ("expected ',' or", "a [ or { that is not closed, or a comma too few; inside them quote ${NAME}"),
    ("node content", "a value is missing; inside [ ] and { } quote ${NAME}"),
    ("could not find expected ':'", "a key without a colon"),
    ("expected <block end>", "a line that does not fit the indentation above it"),
    ("did not find expected", "a line that does not fit the indentation above it"),
)
"""Words of PyYAML and of libyaml → ours; the first that fits. Theirs may quote what they found."""

_AT_ITS_START = ("quoted scalar", "flow sequence", "flow mapping")
"""What is never closed is told where it begins, not at the end of the file."""


def problem(error: yaml.YAMLError) -> Fault:
    """The fault behind a parser's error."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(1, "", "not YAML")
    mark = error.problem_mark
    if error.context_mark and any(words in (error.context or "") for words in _AT_ITS_START):
        mark = error.context_mark
    line = mark.line + 1 if mark else 1
    for theirs, ours in _WORDS:
        if theirs in (error.problem or ""):
            return Fault(line, "", f"not YAML: {ours}")
    return Fault(line, "", "not YAML")

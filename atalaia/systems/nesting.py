"""How deep a YAML text nests: building one that nests without measure ends the process, or takes for ever."""

from __future__ import annotations

import yaml

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_DEEPEST = 200
"""Levels; a configuration has a dozen."""


def check_depth(text: str) -> None:
    """Raises yaml.YAMLError where a text is no YAML, or nests deeper than anybody writes."""
    depth = 0
    # Events are read one after the other, without recursion.
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise yaml.YAMLError(f"nested more than {_DEEPEST} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1

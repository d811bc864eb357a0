"""Grafana's variables in a query: `$name`, `${name}`, `${name:format}` and `[[name]]`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from atalaia.systems.grafana.dashboard import Dashboard

_VARIABLE = re.compile(r"\$\{([a-zA-Z_]\w*)(?::\w+)?\}|\[\[([a-zA-Z_]\w*)(?::\w+)?\]\]|\$([a-zA-Z_]\w*)")

BUILT_IN = {
    "__interval": "1m",
    "__interval_ms": "60000",
    "__rate_interval": "5m",
    "__range": "1h",
    "__range_s": "3600",
    "__range_ms": "3600000",
}
"""Grafana's own, with values that an expression can be parsed and asked with."""

_ALL = "$__all"
_EVERYTHING = ".+"


def values(dashboard: Dashboard) -> dict[str, str]:
    """A value for each variable: the built-in ones, the saved choice, or everything there is."""
    found = dict(BUILT_IN)
    for variable in dashboard.variables:
        chosen = "" if variable.current == _ALL else variable.current
        found[variable.name] = chosen or variable.all_value or _EVERYTHING
    return found


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """The text with its variables written in; one that nobody gave stays as it is, as in Grafana."""
    return _VARIABLE.sub(lambda match: given.get(_name(match), match[0]), text)


def left_over(text: str, given: Mapping[str, str]) -> list[str]:
    """Variables of a text that nobody gives a value to: `DS_PROMETHEUS` of a dashboard that was exported."""
    return [name for match in _VARIABLE.finditer(text) if (name := _name(match)) not in given]


def _name(match: re.Match[str]) -> str:
    return match[1] or match[2] or match[3]

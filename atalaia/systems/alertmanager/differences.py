"""In what the configuration that an Alertmanager runs with differs from the one that it was given.

It tells its configuration anew: defaults written out, what a receiver takes from `global` written into it,
durations and matchers in its own spelling, secrets as `<secret>` (prometheus/alertmanager 0.25, config/).
Both sides are given the same defaults, and then compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from atalaia.environment.monitoring_secrecy import of_alertmanager
from atalaia.systems.alertmanager.completion import CONFIGS, completed
from atalaia.systems.alertmanager.defaults import FROM_GLOBAL
from atalaia.systems.configuration.comparison import Reading, compare
from atalaia.systems.configuration.difference import Difference
from atalaia.systems.lines import Path

_TEMPLATE = re.compile(r'\{\{ ?template "\w+\.default\.\w+" \. ?\}\}')
"""The default of a text, also of one that came with a later version."""
_READING = Reading(
    covered=of_alertmanager,
    named={"receivers": "name", "time_intervals": "name", "mute_time_intervals": "name"},
    known_by={
        "routes": ("matchers", "receiver"),
        "inhibit_rules": ("source_matchers", "target_matchers"),
        "time_intervals": ("time_intervals",),
        "mute_time_intervals": ("time_intervals",),
    },
    ordered=frozenset({"routes"}),
    is_default=lambda value: isinstance(value, str) and _TEMPLATE.fullmatch(value) is not None,
)


def differences(given: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[Difference]:
    """Every setting in which a configuration that runs is not the one that was given.

    What a receiver takes from `global` is told once, of `global`.
    """
    found = tuple(compare(_READING, completed(given), completed(live), "", ()))
    of_all = {str(each.place[1]) for each in found if each.place[0] == "global" and len(each.place) > 1}
    for each in found:
        if not (of_all and _is_inherited(given, each.place, of_all)):
            yield each


def _is_inherited(given: Mapping[str, Any], place: Path, of_all: set[str]) -> bool:
    """Whether a difference of a channel is one of these settings of `global`, taken from there."""
    if place[0] != "receivers" or len(place) < 5:
        return False
    channels, setting = str(place[2]), str(place[4])
    entry = _at(given, place[:4])
    group = next(
        (each for each in FROM_GLOBAL.get(channels.removesuffix(CONFIGS), ()) if setting in each),
        {"http_config": "http_config"} if setting == "http_config" else {},
    )
    inherited = isinstance(entry, dict) and not any(entry.get(name) for name in group)
    return inherited and any(key in of_all for key in group.values())


def _at(document: Any, place: Path) -> Any:
    for step in place:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document

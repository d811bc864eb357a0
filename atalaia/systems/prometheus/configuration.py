"""Whether a Prometheus runs with the configuration that a file has, in meaning.

`GET /api/v1/status/config` gives the loaded configuration written anew: defaults filled in, durations in
other words, paths absolute, secrets as `<secret>` (prometheus 2.42, config/config.go, and
github.com/prometheus/common/config). Both sides are given the same defaults and then compared by names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.configuration_defaults import completed, inherited
from atalaia.systems.prometheus.durations import seconds
from atalaia.systems.prometheus.envelope import data

PATH = "/api/v1/status/config"
SECTIONS = ("global", "scrape_configs", "alerting", "rule_files")
"""Sections with defaults that are known here; of any other only what is meant is looked for."""

Place = tuple[str | int, ...]
_SECRET = "<secret>"  # noqa: S105 - what Prometheus writes in the place of one
_CONFIDENTIAL = ("password", "credentials", "secret", "token")
_KNOWN_DEPTH = {"global": 1, "scrape_configs": 2, "alerting": 3, "rule_files": 1}
"""Down to this depth every default is known, so that what is only loaded is a difference."""


@dataclass(frozen=True)
class Difference:
    """Something that is loaded otherwise than it is meant."""

    path: str
    """`scrape_configs[auth-service].scrape_interval`."""
    loaded: str
    meant: str
    place: Place
    """Where it stands in the file, or should."""

    def __str__(self) -> str:
        return f"{self.path}: {self.loaded}, meant: {self.meant}"


def read_loaded(body: bytes) -> Mapping[str, Any] | Unreadable:
    """The loaded configuration of an answer."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    text = found.get("yaml") if isinstance(found, dict) else None
    return read_configuration(text) if isinstance(text, str) else Unreadable("an answer without yaml")


def read_configuration(text: str) -> Mapping[str, Any] | Unreadable:
    """The configuration of a file."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return Unreadable("something else than YAML")
    if document is None:
        return {}
    return document if isinstance(document, dict) else Unreadable("YAML that is no mapping")


def differences(
    loaded: Mapping[str, Any], meant: Mapping[str, Any], section: str | None
) -> tuple[Difference, ...]:
    """Where what is loaded is not what is meant, in one section, or in all that SECTIONS has not."""
    running, wanted = completed(loaded), completed(meant)
    _leave_out_inherited(running, wanted)
    names = (section,) if section else sorted(wanted.keys() - set(SECTIONS))
    return tuple(
        difference
        for name in names
        for difference in _values(
            running.get(name), wanted.get(name), name, (name,), _KNOWN_DEPTH.get(name, 0)
        )
    )


def _leave_out_inherited(running: dict[str, Any], wanted: dict[str, Any]) -> None:
    there, meant = (_named(_mappings(each.get("scrape_configs"))) for each in (running, wanted))
    for name in there.keys() & meant.keys():
        one, other = there[name][1], meant[name][1]
        for key in inherited(one, running) & inherited(other, wanted):
            del one[key], other[key]


def _mappings(items: Any) -> list[dict[str, Any]]:
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def _values(loaded: Any, meant: Any, path: str, place: Place, known: int) -> Iterator[Difference]:
    """Differences of two values; `known` levels below, what is loaded must be meant, too."""
    if _empty(loaded) and _empty(meant):
        return
    if isinstance(loaded, dict) and isinstance(meant, dict):
        keys = [*meant, *(key for key in loaded if key not in meant and known > 0)]
        for key in keys:
            child = f"{path}.{key}"
            yield from _values(loaded.get(key), meant.get(key), child, (*place, key), known - 1)
    elif isinstance(loaded, list) and isinstance(meant, list):
        yield from _lists(loaded, meant, path, place, known)
    elif not _same(loaded, meant):
        yield Difference(path, _told(loaded), _told(meant, path), place)


def _lists(loaded: list[Any], meant: list[Any], path: str, place: Place, known: int) -> Iterator[Difference]:
    if not all(isinstance(each, dict) for each in (*loaded, *meant)):
        yield from _members(loaded, meant, path, place)
        return
    there, wanted = _named(loaded), _named(meant)
    for name, (at, item) in wanted.items():
        found = there.get(name)
        here = f"{path}[{name}]"
        if found is None:
            yield Difference(here, "not there", "there", (*place, at))
        else:
            yield from _values(found[1], item, here, (*place, at), known)
    for name in there.keys() - wanted.keys():
        yield Difference(f"{path}[{name}]", "there", "not there", place)


def _members(loaded: list[Any], meant: list[Any], path: str, place: Place) -> Iterator[Difference]:
    """Of texts, such as addresses, only which there are counts."""
    left = list(loaded)
    missing = []
    for wanted in meant:
        found = next((each for each in left if _same(each, wanted)), None)
        if found is None:
            missing.append(wanted)
        else:
            left.remove(found)
    if missing or left:
        yield Difference(path, _told(left) if left else "without", _told(missing), place)


def _named(items: list[dict[str, Any]]) -> dict[str | int, tuple[int, dict[str, Any]]]:
    """Items by their name, else by their position."""
    times = Counter(item.get("job_name") for item in items)
    return {
        (name if (name := item.get("job_name")) and times[name] == 1 else at): (at, item)
        for at, item in enumerate(items)
    }


def _empty(value: Any) -> bool:
    return value is None or value is False or value in ("", 0, [], {})


def _same(loaded: Any, meant: Any) -> bool:
    if loaded == meant or (loaded == _SECRET and not _empty(meant)):
        return True
    if isinstance(loaded, bool) or isinstance(meant, bool):
        return False
    one, other = str(loaded), str(meant)
    length = seconds(one)
    if one == other or (length is not None and length == seconds(other)):
        return True
    # Prometheus resolves relative paths from the directory of its file.
    return one.startswith("/") and one.endswith(f"/{other.removeprefix('./')}")


def _told(value: Any, path: str = "") -> str:
    if _empty(value):
        return "nothing"
    if isinstance(value, dict) or any(
        word in path for word in ("password", "credentials", "secret", "token")
    ):
        return "something"
    if isinstance(value, list):
        return ", ".join(_told(each) for each in value)
    return str(value)

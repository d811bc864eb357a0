"""Compare two configurations in which every default is written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atalaia.environment.withheld import Covered
from atalaia.systems.configuration.alignment import aligned
from atalaia.systems.configuration.difference import Difference
from atalaia.systems.configuration.values import is_empty, is_same, told
from atalaia.systems.lines import Path

NOTHING = "nothing"
NOT_THERE = "not there"
_LIKE = 0.01
"""What two entries have in common by being entries of one list; more than nothing, less than any setting."""


@dataclass(frozen=True)
class Reading:
    """How a system reads its configuration."""

    covered: Covered
    """What may not be shown of its texts."""
    named: Mapping[str, str]
    """List → the setting that names its entries: `receivers`, `name`."""
    known_by: Mapping[str, tuple[str, ...]]
    """List → the settings by which its entries are told apart, where they have no names."""
    ordered: frozenset[str]
    """Lists in which the order of the entries counts."""
    only_meant: Callable[[Path], bool] = lambda place: False
    """Whether defaults are unknown at a place: what runs there beside what is meant is not told."""
    is_default: Callable[[Any], bool] = lambda value: False
    """Whether a value can be seen to be a default, of whatever setting nobody gave."""


def compare(reading: Reading, meant: Any, running: Any, path: str, place: Path) -> Iterator[Difference]:
    """Everything at a place in which what runs is not what is meant."""
    if is_empty(meant) and is_empty(running):
        return
    if isinstance(meant, dict) and isinstance(running, dict):
        beside = {} if reading.only_meant(place) else running
        for key in (
            *meant,
            *(key for key, it in beside.items() if not (key in meant or reading.is_default(it))),
        ):
            below = f"{path}.{key}" if path else str(key)
            yield from compare(reading, meant.get(key), running.get(key), below, (*place, key))
    elif isinstance(meant, (list, type(None))) and isinstance(running, (list, type(None))):
        yield from _lists(reading, meant or [], running or [], path, place)
    elif not is_same(_key(place), meant, running):
        yield _difference(reading, meant, running, path, place)


def _lists(
    reading: Reading, meant: list[Any], running: list[Any], path: str, place: Path
) -> Iterator[Difference]:
    key = _key(place)
    if not all(isinstance(each, dict) for each in (*meant, *running)):
        yield from _members(reading, meant, running, path, place)
    elif (name := reading.named.get(key)) and any(name in each for each in (*meant, *running)):
        yield from _named(reading, name, (meant, running), path, place)
    else:
        yield from _entries(reading, (meant, running), path, place)


def _members(
    reading: Reading, meant: list[Any], running: list[Any], path: str, place: Path
) -> Iterator[Difference]:
    """Texts: addresses, labels. Where their order does not count, those that both have are not told."""
    key = _key(place)
    if key in reading.ordered:
        same = len(meant) == len(running) and all(
            is_same(key, one, other) for one, other in zip(meant, running, strict=True)
        )
        if not same:
            yield _difference(reading, meant, running, path, place)
        return
    left, missing = list(running), []
    for wanted in meant:
        found = next((each for each in left if is_same(key, wanted, each)), None)
        if found is None:
            missing.append(wanted)
        else:
            left.remove(found)
    if missing or left:
        yield _difference(reading, missing, left, path, place)


def _named(
    reading: Reading, name: str, both: tuple[list[Any], list[Any]], path: str, place: Path
) -> Iterator[Difference]:
    meant, running = (_by_name(each, name) for each in both)
    for known, (at, item) in meant.items():
        here = f"{path}[{known}]"
        if known in running:
            yield from compare(reading, item, running[known][1], here, (*place, at))
        else:
            yield Difference(here, _content(reading, item, place), NOT_THERE, (*place, at))
    for known in running:
        if known not in meant and not reading.only_meant(place):
            yield Difference(
                f"{path}[{known}]", NOT_THERE, _content(reading, running[known][1], place), place
            )


def _content(reading: Reading, item: dict[str, Any], place: Path) -> str:
    """What a named entry is, in short: with all its settings it would be unreadable."""
    return _entry(reading, item, place) if reading.known_by.get(_key(place)) else "there"


def _entries(
    reading: Reading, both: tuple[list[Any], list[Any]], path: str, place: Path
) -> Iterator[Difference]:
    """Entries without names: those alike are compared, any other is one difference."""
    meant, running = both
    known_by = reading.known_by.get(_key(place), ())
    pairs = aligned(meant, running, lambda one, other: _likeness(one, other, known_by))
    added = [two for one, two in pairs if two is not None and one is None]
    elsewhere: dict[int, int] = {}
    for one, two in pairs:
        if one is not None and two is None:
            for there in added:
                if running[there] == meant[one]:
                    elsewhere[one] = there
                    added.remove(there)
                    break
    for one, two in pairs:
        if one is not None and two is not None:
            yield from compare(reading, meant[one], running[two], f"{path}[{one}]", (*place, one))
        elif one is not None and one not in elsewhere:
            yield Difference(f"{path}[{one}]", _entry(reading, meant[one], place), NOT_THERE, (*place, one))
        elif one is not None and _key(place) in reading.ordered:
            what = _entry(reading, meant[one], place)
            second = f"the same as entry {elsewhere[one] + 1}"
            yield Difference(f"{path}[{one}]", f"{what}, as entry {one + 1}", second, (*place, one))
        elif two is not None and two in added and not reading.only_meant(place):
            yield Difference(f"{path}[{two}]", NOT_THERE, _entry(reading, running[two], place), place)


def _likeness(one: dict[str, Any], other: dict[str, Any], known_by: tuple[str, ...]) -> float:
    if one == other:
        return float(len(one) + 2)
    known = [key for key in known_by if key in one and one[key] == other.get(key)]
    if known_by and not known:
        return 0.0
    also = [key for key, value in one.items() if other.get(key) == value]
    return len(known) + _LIKE * (1 + len(also))


def _entry(reading: Reading, item: dict[str, Any], place: Path) -> str:
    """An entry for people: by what tells it apart, where that is known."""
    known = reading.known_by.get(_key(place), ())
    names = _names(place)
    parts = {key: item[key] for key in known if not is_empty(item.get(key))} or item
    return "; ".join(
        f"{key} {told(value, (*names, str(key)), reading.covered)}"
        for key, value in parts.items()
        if not is_empty(value)
    )


def _difference(reading: Reading, meant: Any, running: Any, path: str, place: Path) -> Difference:
    names = _names(place)
    # Over false and 0 there is nothing to be covered; a default that is false stands in the file as nothing.
    wanted, found = (
        NOTHING if value is None or value == [] else told(value, names, reading.covered)
        for value in (meant, running)
    )
    if wanted == found:
        found = f"{found}, another one"
    return Difference(path, wanted, found, place)


def _by_name(items: list[Any], name: str) -> dict[Any, tuple[int, dict[str, Any]]]:
    """Entries by their name, else by their position."""
    times = Counter(str(item.get(name)) for item in items)
    return {
        (item[name] if item.get(name) and times[str(item[name])] == 1 else at): (at, item)
        for at, item in enumerate(items)
    }


def _key(place: Path) -> str:
    return next((step for step in reversed(place) if isinstance(step, str)), "")


def _names(place: Path) -> tuple[str, ...]:
    return tuple(step for step in place if isinstance(step, str))

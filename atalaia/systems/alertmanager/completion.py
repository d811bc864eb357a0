"""A configuration of the Alertmanager with everything written out that it takes for granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from atalaia.systems.alertmanager.defaults import (
    DETAILS,
    FROM_GLOBAL,
    GLOBAL,
    HTTP,
    OF_KIND,
    ROOT,
    SUBJECT,
    sends_resolved,
)
from atalaia.systems.alertmanager.matchers import Matcher, Unclear, read_matchers
from atalaia.systems.alertmanager.time_intervals import in_numbers

CONFIGS = "_configs"
_OLD = {"match": "=", "match_re": "=~"}
_SIDES = ("source_", "target_")


def completed(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with defaults, with what receivers take from `global`, and one spelling of matchers.

    The Alertmanager's own words for a configuration stay as they are.
    """
    of_all = {**GLOBAL, **_said(configuration.get("global"))}
    of_all["http_config"] = _http(of_all.get("http_config"))
    whole = {key: value for key, value in configuration.items() if value is not None}
    whole |= {"global": of_all, "route": _route({**ROOT, **_said(configuration.get("route"))})}
    made: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "receivers": lambda each: _receiver(each, of_all),
        "inhibit_rules": _inhibition,
        "time_intervals": in_numbers,
        "mute_time_intervals": in_numbers,
    }
    for key, make in made.items():
        if isinstance(items := whole.get(key), list):
            whole[key] = [make(each) if isinstance(each, dict) else each for each in items]
    return whole


def _route(given: dict[str, Any]) -> dict[str, Any]:
    whole = _matched(given, "")
    if isinstance(routes := whole.get("routes"), list):
        whole["routes"] = [_route(_said(each)) for each in routes]
    return whole


def _inhibition(given: dict[str, Any]) -> dict[str, Any]:
    whole = _said(given)
    for side in _SIDES:
        whole = _matched(whole, side)
    return whole


def _matched(given: dict[str, Any], side: str) -> dict[str, Any]:
    """With all of its matchers in one list, in one spelling."""
    names = [f"{side}{name}" for name in (*_OLD, "matchers")]
    whole = {key: value for key, value in given.items() if key not in names}
    if found := sorted(_matchers(given, side)):
        whole[f"{side}matchers"] = found
    return whole


def _matchers(given: Mapping[str, Any], side: str) -> Iterator[str]:
    for old, sign in _OLD.items():
        for name, value in _said(given.get(f"{side}{old}")).items():
            yield str(Matcher(str(name), sign, str(value)))
    lines = given.get(f"{side}matchers")
    for line in lines if isinstance(lines, list) else ():
        try:
            yield from map(str, read_matchers(str(line)))
        except Unclear:
            yield str(line)


def _receiver(given: dict[str, Any], of_all: Mapping[str, Any]) -> dict[str, Any]:
    whole = _said(given)
    for key, entries in whole.items():
        if key.endswith(CONFIGS) and isinstance(entries, list):
            kind = key.removesuffix(CONFIGS)
            whole[key] = [_channel(kind, _said(each), of_all) for each in entries]
    return whole


def _channel(kind: str, given: dict[str, Any], of_all: Mapping[str, Any]) -> dict[str, Any]:
    whole = {"send_resolved": sends_resolved(kind), **OF_KIND.get(kind, {}), **given}
    for group in FROM_GLOBAL.get(kind, ()):
        if not any(whole.get(name) not in (None, "") for name in group):
            whole |= {name: of_all[key] for name, key in group.items() if key in of_all}
    if kind == "email":
        return _email(whole)
    whole["http_config"] = _http(whole["http_config"]) if whole.get("http_config") else of_all["http_config"]
    if kind == "pagerduty":
        whole["details"] = {**DETAILS, **_said(whole.get("details"))}
        whole["source"] = whole.get("source") or whole["client"]
    return whole


def _email(whole: dict[str, Any]) -> dict[str, Any]:
    """Header names have no case; what a header is not told, it takes from the rest."""
    headers = {str(name).lower(): value for name, value in _said(whole.get("headers")).items()}
    own = {"subject": SUBJECT, "to": whole.get("to"), "from": whole.get("from")}
    return {**whole, "headers": {**own, **headers}}


def _http(given: Any) -> dict[str, Any]:
    whole = {**HTTP, **_said(given)}
    if isinstance(authorization := whole.get("authorization"), dict):
        whole["authorization"] = {"type": "Bearer", **_said(authorization)}
    return whole


def _said(given: Any) -> dict[str, Any]:
    """A mapping without what it says nothing of."""
    return (
        {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else {}
    )

"""In what the configuration that an Alertmanager runs with differs from the one that it was given.

It tells its configuration anew: defaults written out, what a receiver takes from `global` written into it,
durations and matchers in its own spelling, secrets as `<secret>` (prometheus/alertmanager 0.25,
config/config.go and config/notifiers.go). So what was given must be there, and what is there beside it must
be a default, or taken from `global`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atalaia.redaction import MARK
from atalaia.systems.alertmanager.matchers import Unclear, read_matchers
from atalaia.systems.prometheus.durations import seconds

Path = tuple[str | int, ...]

_MASKED = ("<secret>", MARK)
_OF_MATCHERS = ("matchers", "source_matchers", "target_matchers")
_TEMPLATE = re.compile(r"\{\{.*\}\}", re.DOTALL)
_HTTP = {"follow_redirects": True, "enable_http2": True}
_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "resolve_timeout": ("5m",),
    "http_config": (_HTTP,),
    "follow_redirects": (True,),
    "enable_http2": (True,),
    "type": ("Bearer",),
    "smtp_hello": ("localhost",),
    "smtp_require_tls": (True,),
    "send_resolved": (True,),
    "pagerduty_url": ("https://events.pagerduty.com/v2/enqueue",),
    "opsgenie_api_url": ("https://api.opsgenie.com/",),
    "wechat_api_url": ("https://qyapi.weixin.qq.com/cgi-bin/",),
    "victorops_api_url": ("https://alert.victorops.com/integrations/generic/20131114/alert/",),
    "telegram_api_url": ("https://api.telegram.org",),
    "webex_api_url": ("https://webexapis.com/v1/messages",),
    "parse_mode": ("HTML",),
    "message_type": ("CRITICAL",),
    "retry": ("1m", "60s"),
    "expire": ("1h", "3600s"),
}
"""What is written out where nothing was said, beside texts that are only a template, and what is empty."""
_FROM_GLOBAL = {
    "from": "smtp_from", "hello": "smtp_hello", "smarthost": "smtp_smarthost",
    "require_tls": "smtp_require_tls", "auth_username": "smtp_auth_username",
    "auth_password": "smtp_auth_password", "auth_password_file": "smtp_auth_password_file",
    "auth_secret": "smtp_auth_secret", "auth_identity": "smtp_auth_identity",
}  # fmt: skip
_SERVICES = ("slack", "pagerduty", "opsgenie", "wechat", "victorops", "telegram", "webex")


@dataclass(frozen=True)
class Difference:
    """One setting that is not what was given."""

    path: Path
    wanted: str
    found: str

    @property
    def told(self) -> str:
        """Where it is: route.routes[1].receiver."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return text.lstrip(".")


def differences(given: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[Difference]:
    """Every setting in which a configuration that runs is not the one that was given."""
    inherited = live.get("global") if isinstance(live.get("global"), dict) else {}
    yield from _Comparison(inherited or {}).values((), given, live)


class _Comparison:
    def __init__(self, inherited: Mapping[str, Any]) -> None:
        self._inherited = inherited

    def values(self, path: Path, given: Any, live: Any) -> Iterator[Difference]:
        if isinstance(given, dict) and isinstance(live, dict):
            yield from self._mappings(path, given, live)
        elif isinstance(given, list) and isinstance(live, list):
            yield from self._lists(path, given, live)
        elif not _equal(str(path[-1]) if path else "", given, live):
            yield Difference(path, _told(given), _told(live))

    def _mappings(self, path: Path, given: dict[str, Any], live: dict[str, Any]) -> Iterator[Difference]:
        if path and path[-1] == "headers":
            given, live = ({str(key).lower(): one for key, one in each.items()} for each in (given, live))
        for key in (*given, *(key for key in live if key not in given)):
            if key not in live:
                if not _empty(given[key]):
                    yield Difference((*path, key), _told(given[key]), "not there")
            elif key in given:
                yield from self.values((*path, key), given[key], live[key])
            elif not self._unsaid((*path, key), live[key], live):
                yield Difference((*path, key), "nothing said", _told(live[key]))

    def _lists(self, path: Path, given: list[Any], live: list[Any]) -> Iterator[Difference]:
        if path and path[-1] in _OF_MATCHERS:
            if _matchers(given) != _matchers(live):
                yield Difference(path, ", ".join(map(str, given)), ", ".join(map(str, live)))
            return
        pairs = list(zip(given, live, strict=False))
        if path == ("receivers",):
            named = {one.get("name"): one for one in live}
            pairs = [(one, named[one.get("name")]) for one in given if one.get("name") in named]
        if len(pairs) != len(given) or len(given) != len(live):
            yield Difference(path, _names(given), _names(live))
        for index, (one, other) in enumerate(pairs):
            yield from self.values((*path, index), one, other)

    def _unsaid(self, path: Path, value: Any, beside: Mapping[str, Any]) -> bool:
        """Whether a setting that nobody gave is what the Alertmanager makes of that."""
        key = str(path[-1])
        if _empty(value) or any(_equal(key, default, value) for default in _DEFAULTS.get(key, ())):
            return True
        if isinstance(value, str) and _TEMPLATE.fullmatch(value):
            return True
        if key == "details" and isinstance(value, dict):
            return all(isinstance(one, str) and _TEMPLATE.fullmatch(one) for one in value.values())
        if len(path) > 1 and path[-2] == "headers":
            return True  # From, To and Subject, which follow from the rest
        if key == "headers":
            return set(map(str.lower, value)) <= {"from", "to", "subject"}
        if key == "http_config" and isinstance(value, dict) and "http_config" in self._inherited:
            return _equal(key, self._inherited["http_config"], value)
        names = [_FROM_GLOBAL.get(key, ""), *(f"{service}_{key}" for service in _SERVICES)]
        return any(name in self._inherited and _equal(key, self._inherited[name], value) for name in names)


def _equal(key: str, given: Any, live: Any) -> bool:
    if live in _MASKED or given == live:
        return True
    if isinstance(given, str) and isinstance(live, str):
        if (duration := seconds(given)) is not None:
            return duration == seconds(live)
        # A relative path is told from the configuration's directory on.
        if key.endswith("_file") and not given.startswith("/"):
            return live.endswith(f"/{given.removeprefix('./')}")
        # A URL may be told with the slash that it lacks.
        return given.rstrip("/") == live.rstrip("/") if "://" in given else given.strip() == live.strip()
    if isinstance(given, bool) or isinstance(live, bool):
        return False
    return not isinstance(given, (dict, list)) and str(given) == str(live)


def _empty(value: Any) -> bool:
    return value is None or value is False or value in ("", 0) or value in ([], {})


def _matchers(lines: Sequence[Any]) -> list[Any]:
    try:
        return sorted(matcher for line in lines for matcher in read_matchers(str(line)))
    except Unclear:
        return sorted(map(str, lines))


def _names(items: Sequence[Any]) -> str:
    """What a list holds: names where it has them, else how many."""
    if all(isinstance(one, dict) and "name" in one for one in items):
        return ", ".join(str(one["name"]) for one in items) or "none"
    if all(not isinstance(one, (dict, list)) for one in items):
        return ", ".join(map(str, items)) or "none"
    return f"{len(items)} entries"


def _told(value: Any) -> str:
    text = str(value) if not isinstance(value, (dict, list)) else f"{len(value)} settings"
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:119] + "…"

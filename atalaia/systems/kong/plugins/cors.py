"""cors: what a configuration answers to any Origin and any preflight.

After kong/plugins/cors/handler.lua; held against 62 recorded exchanges. The traps: a single literal
origin is *always* returned; `*` with credentials reflects anyone, null included; an entry without a
scheme never matches; an entry with any character beyond `A-Za-z0-9.:/-` is a regular expression,
anchored at both ends, and without a `:` it is compared with the host alone, so that http and any port
are let in; `*` in a list means nothing before 3.8, and anyone since.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins.fields import Fields, put
from atalaia.systems.kong.plugins.turn import Answer, KongFailed, Step, Turn
from atalaia.systems.kong.versions import V3_4, V3_8, Version

DEFAULT_METHODS = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_LITERAL = re.compile(r"[A-Za-z0-9.:/-]+\Z")
_SCHEME = re.compile(r"([A-Za-z0-9][A-Za-z0-9+\-.]*):")
_PORT = re.compile(r":([^:\]]*)\Z")
_VARY, _CREDENTIALS = ("vary", "Origin"), ("Access-Control-Allow-Credentials", "true")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an answer says to an Origin."""

    origin: str | None
    """Access-Control-Allow-Origin; None: the header is removed, the upstream's own too."""
    credentials: bool
    vary: bool
    """Whether `vary: Origin` is added (an upstream's own Vary stays)."""
    twice: bool = False
    """Never so in 3.4; kept apart from `vary` for `*` in a list with credentials (3.8)."""


@dataclass(frozen=True, slots=True)
class PreflightAnswer:
    """What a preflight is answered: always 200 without a body, whether the origin is allowed or not."""

    allowance: Allowance
    methods: tuple[str, ...]
    headers: str | None
    """Access-Control-Allow-Headers; None: not sent."""
    max_age: int | None


@dataclass(frozen=True, slots=True)
class _Normal:
    domain: str
    host: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """One configured origin: a normalised one, or a regular expression (None: one that PCRE refuses)."""

    domain: str | None
    expression: re.Pattern[str] | None
    by_host: bool
    any: bool = False

    def takes(self, origin: _Normal) -> bool:
        if self.domain is not None:
            return origin.domain == self.domain
        subject = origin.host if self.by_host else origin.domain
        return self.expression is not None and self.expression.match(subject) is not None


class CorsRules:
    """A configuration of the plugin, ready to answer."""

    def __init__(self, config: Mapping[str, Any], version: Version = V3_4) -> None:
        self.origins: tuple[str, ...] = tuple(config.get("origins") or ())
        self.credentials = bool(config.get("credentials"))
        methods = config.get("methods")
        self.methods: tuple[str, ...] = DEFAULT_METHODS if methods is None else tuple(methods)
        self.headers: tuple[str, ...] = tuple(config.get("headers") or ())
        self.exposed: tuple[str, ...] = tuple(config.get("exposed_headers") or ())
        max_age = config.get("max_age")
        self.max_age: int | None = None if max_age is None else int(max_age)
        self.preflight_continue = bool(config.get("preflight_continue"))
        self.any = not self.origins or self.origins == ("*",)
        """Whether every origin is allowed, by design."""
        self.literal = (
            self.origins[0]
            if len(self.origins) == 1 and not self.any and _LITERAL.match(self.origins[0])
            else None
        )
        """The single origin that is returned whatever comes; None where there are several, or a regex."""
        self._entries = tuple(_entry(text, version) for text in self.origins)

    def allows(self, origin: str | None) -> Allowance:
        """What any answer says to this Origin header (None: none was sent).

        Raises KongFailed for an empty Origin where it would have to be compared (Kong#14352).
        """
        if self.any:
            return self._to_anyone(origin, vary=False)
        if self.literal is not None:
            return Allowance(self.literal, self.credentials, True)
        if origin is not None:
            given = _normalise(origin)
            for entry in self._entries:
                if entry.any:  # since 3.8
                    return self._to_anyone(origin, vary=True)
                if entry.takes(given):
                    return Allowance(given.domain, self.credentials, True)
        return Allowance(None, self.credentials, True)

    def preflight(self, origin: str, requested_headers: str | None = None) -> PreflightAnswer:
        """What a preflight from this origin is answered. Raises KongFailed as `allows` does."""
        headers = ",".join(self.headers) if self.headers else requested_headers
        return PreflightAnswer(self.allows(origin), self.methods, headers, self.max_age)

    def _to_anyone(self, origin: str | None, *, vary: bool) -> Allowance:
        if not self.credentials or origin is None:
            return Allowance("*", False, vary)
        return Allowance(origin, True, True, twice=vary)


class Cors(Step):
    """The plugin in the pipeline. It runs before authentication and limiters: preflights are free."""

    name = "cors"

    def __init__(self, plugin: Plugin, version: Version) -> None:
        self.policy = CorsRules(plugin.config, version)
        self._allows = lru_cache(maxsize=1024)(self.policy.allows)

    def access(self, turn: Turn) -> Answer | None:
        """Answer a preflight: OPTIONS with Origin and Access-Control-Request-Method."""
        if turn.request.method != "OPTIONS":
            return None
        origin = turn.header("origin")
        if origin is None or turn.header("access-control-request-method") is None:
            return None
        turn.kept["cors"] = True  # the header filter has nothing to add any more
        policy = self.policy
        if policy.preflight_continue:
            return None
        said = policy.preflight(origin, turn.header("access-control-request-headers"))
        early = turn.early
        _say(said.allowance, early, first=True)
        if said.headers is not None:
            put(early, "Access-Control-Allow-Headers", said.headers)
        put(early, "Access-Control-Allow-Methods", ",".join(said.methods))
        if said.max_age is not None:
            put(early, "Access-Control-Max-Age", str(said.max_age))
        return Answer(200, None, b"")

    def header_filter(self, turn: Turn, status: int, headers: Fields) -> None:
        """Say to whoever asked, and to whoever did not, what the policy allows."""
        if "cors" in turn.kept:
            return
        policy = self.policy
        _say(self._allows(turn.header("origin")), headers, first=False)
        if policy.exposed:
            put(headers, "Access-Control-Expose-Headers", ",".join(policy.exposed))


def _say(allowance: Allowance, fields: Fields, *, first: bool) -> None:
    if allowance.vary:
        if first or "vary" not in fields:
            fields["vary"] = [_VARY] if first or not allowance.twice else [_VARY, _VARY]
        else:
            fields["vary"] += [_VARY] * (1 + allowance.twice)
    if allowance.origin is None:
        fields.pop("access-control-allow-origin", None)
    else:
        fields["access-control-allow-origin"] = [("Access-Control-Allow-Origin", allowance.origin)]
    if allowance.credentials:
        fields["access-control-allow-credentials"] = [_CREDENTIALS]


def _entry(text: str, version: Version) -> _Entry:
    if text == "*" and version >= V3_8:
        return _Entry(None, None, by_host=False, any=True)
    by_host = ":" not in text
    if text and _LITERAL.match(text):
        return _Entry(_normalise(text).domain, None, by_host)
    pattern = text.removesuffix("$").removeprefix("^")
    try:
        return _Entry(None, re.compile(f"{pattern}$"), by_host)
    except re.error:
        return _Entry(None, None, by_host)  # `*` before 3.8, for one: logged by Kong, and never matches


@lru_cache(maxsize=4096)
def _normalise(origin: str) -> _Normal:
    """Scheme, host and port as LuaSocket's url.parse sees them; a scheme's own port is dropped."""
    if not origin:
        raise KongFailed("cors: an empty Origin")
    rest = origin
    scheme = None
    if found := _SCHEME.match(rest):
        scheme = found[1]
        rest = rest[found.end() :]
    if not rest.startswith("//"):
        return _Normal(origin, origin)
    authority = re.split(r"[/?#]", rest[2:], maxsplit=1)[0]
    if (at := authority.find("@")) >= 0:
        authority = authority[at + 1 :]
    port = None
    if found := _PORT.search(authority):
        port = found[1]
        authority = authority[: found.start()]
    if not authority:
        return _Normal(origin, origin)
    if len(authority) > 2 and authority[0] == "[" and authority[-1] == "]":
        authority = authority[1:-1]  # an IPv6 address loses its brackets, in the answer too
    if port is not None and port == _DEFAULT_PORTS.get(scheme or ""):
        port = None
    domain = (f"{scheme}://" if scheme else "") + authority + (f":{port}" if port is not None else "")
    return _Normal(domain, authority)


def describe_origins(origins: Sequence[str], version: Version = V3_4) -> dict[str, str]:
    """Entry → what it means in practice, where that is not what it looks like (for findings)."""
    said: dict[str, str] = {}
    alone = len(origins) == 1
    for text in origins:
        if text == "*":
            if not alone:
                said[text] = (
                    "any origin" if version >= V3_8 else "matches nothing before Kong 3.8, any origin since"
                )
        elif not text or not _LITERAL.match(text):
            if ":" not in text:
                said[text] = "a regular expression for the host alone: any scheme and port"
        elif "://" not in text:
            said[text] = "sent as it is, and no browser accepts it" if alone else "never matches: no scheme"
        elif alone:
            said[text] = "returned whatever the request's Origin is"
    return said

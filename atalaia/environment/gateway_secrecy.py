"""Which texts of a Kong configuration may be shown: the one place that says so, for files and live lists.

In the configuration of a plugin only what is known to be harmless is shown, because any plugin may carry a
credential under any name. Elsewhere texts are shown but for those under names of credentials and parts of
URLs that carry them. Numbers, truth values and names of headers and fields are always shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Place = tuple[str, ...]
"""The names of the fields around a text, outermost first: `("config", "add", "headers")`."""
Cover = Callable[[str, bool], str]
"""What stands for a text that is not shown; told whether it is a credential for sure."""

_SECRET = re.compile(
    r"(?!hash_)(.*[_\-]|)(key|key_alt|passw(or)?d|secret|secret_key|token|api-?_?key|authorization|cookie"
    r"|credentials?)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"([^:\s]+):(.+)", re.DOTALL)
"""An entry of the transformers' lists: `X-Frame-Options:DENY`."""
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.\-]*://)(?:(?P<user>[^/?#\s]*)@)?(?P<rest>[^?#\s]*)(?P<query>\?[^#\s]*)?",
    re.IGNORECASE,
)
_CHANGES = frozenset({"add", "append", "replace"})
_NAMING = frozenset({"remove", "rename", "allow", "json_types"})
"""Lists that hold names only."""
_CHANGED = frozenset({"headers", "querystring", "body", "json"})
_TARGETS = frozenset({"uri", "path", "http_path"})
"""Paths, which may have a query."""
_RECORDS = frozenset({"redis", "queue", "memory", "response_headers"})
"""Records in which fields mean what they mean beside them."""
_SHOWN = _TARGETS | {
    "algorithm", "allow", "anonymous", "blacklist", "claims_to_verify", "content_type", "cookie_names",
    "deny", "dictionary_name", "error_message", "exposed_headers", "generator", "header_name",
    "header_names", "headers", "host", "http_method", "id_names", "issuer", "json_types",
    "key_claim_name", "key_names", "limit_by", "limits", "log_level", "message", "method", "methods",
    "origins", "policy", "protocols", "realm", "redis_host", "redis_server_name", "request_method",
    "scopes", "server_name", "size_unit", "strategy", "trigger", "uri_param_names", "vary_headers",
    "vary_query_params", "whitelist",
}  # fmt: skip
"""Fields of plugins that hold names, kinds, addresses, limits or what every client is answered."""
_HARMLESS = re.compile(
    r"access-control-.*|cache-control|clear-site-data|connection|content-(type|language|disposition"
    r"|encoding|security-policy(-report-only)?)|cross-origin-.*|deprecation|expect-ct|expires|feature-policy"
    r"|host|link|nel|origin-agent-cluster|permissions-policy|pragma|referrer-policy|report-to|reporting-endpoints"
    r"|server|strict-transport-security|sunset|timing-allow-origin|vary|via|x-content-type-options"
    r"|x-download-options|x-frame-options|x-permitted-cross-domain-policies|x-powered-by|x-robots-tag"
    r"|x-xss-protection|x-dns-prefetch-control|accept(-.*)?|x-forwarded-(proto|port|host|prefix)|user-agent",
    re.IGNORECASE,
)
"""Headers whose values are meant for everybody, and which findings are about."""


def is_secret(name: str) -> bool:
    """Whether a text under this name is a credential: `redis_password`, `secret`, `Authorization`."""
    return _SECRET.fullmatch(name) is not None


def may_be_shown(text: str, place: Place) -> bool:
    """Whether nothing of this text has to be covered."""
    hidden = False

    def note(part: str, sure: bool) -> str:
        nonlocal hidden
        hidden = True
        return part

    covered(text, place, note)
    return not hidden


def covered(text: str, place: Place, cover: Cover) -> str:
    """The text at this place with every part that may not be shown replaced by what `cover` makes of it."""
    name = place[-1] if place else ""
    if not text:
        return text
    if is_secret(name):
        return cover(text, True)
    if "config" in place[:-1]:
        return _of_plugin(text, place[place.index("config") + 1 :], cover)
    if "headers" in place[:-1] and "healthchecks" in place:
        return _of_header(name, text, cover)
    pair = _PAIR.fullmatch(text)
    if pair and is_secret(pair[1]):
        return f"{pair[1]}:{cover(pair[2], True)}"
    return _address(text, name, cover)


def _of_plugin(text: str, place: Place, cover: Cover) -> str:
    *around, name = place
    if around and around[0] in _NAMING:
        return text
    if name in _CHANGED and (name == "headers" or (around and around[0] in _CHANGES)):
        return _of_pair(text, name, cover)
    if "headers" in around:
        return _of_header(name, text, cover)
    known = name in _SHOWN and all(each in _RECORDS | _CHANGES for each in around)
    if known or _URL.fullmatch(text):
        return _address(text, name, cover)
    return cover(text, False)


def _of_pair(text: str, kind: str, cover: Cover) -> str:
    """A change of a header, or of an argument; without a value only a name."""
    pair = _PAIR.fullmatch(text)
    if pair is None:
        return text
    value = _of_header(pair[1], pair[2], cover) if kind == "headers" else _value(pair[1], pair[2], cover)
    return f"{pair[1]}:{value}"


def _of_header(name: str, value: str, cover: Cover) -> str:
    return value if _HARMLESS.fullmatch(name) else _value(name, value, cover)


def _value(name: str, value: str, cover: Cover) -> str:
    """A value that is not known to be harmless; one that only refers to the request is nobody's secret."""
    return value if re.fullmatch(r"\$\([^()]*\)", value) else cover(value, is_secret(name))


def _address(text: str, name: str, cover: Cover) -> str:
    if name in _TARGETS and text.startswith("/"):
        path, mark, query = text.partition("?")
        return f"{path}{mark}{_query(query, cover)}"

    def without(found: re.Match[str]) -> str:
        user, query = found["user"] or "", found["query"]
        name, colon, password = user.partition(":")
        covered_name = name and cover(name, not colon)
        before = f"{covered_name}{colon}{password and cover(password, True)}@" if user else ""
        return f"{found['scheme']}{before}{found['rest']}{f'?{_query(query[1:], cover)}' if query else ''}"

    return _URL.sub(without, text)


def _query(query: str, cover: Cover) -> str:
    parts = (part.partition("=") for part in query.split("&"))
    return "&".join(
        f"{name}{sign}{_value(name, value, cover) if value else ''}" for name, sign, value in parts
    )

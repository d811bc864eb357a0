"""Which texts of a Kong configuration may be shown: the one place that says so, for files and live lists.

In the configuration of a plugin only what is known to be harmless is shown, because any plugin may carry a
credential under any name. Elsewhere texts are shown but for those under names of credentials and parts of
URLs that carry them. Numbers, truth values and names of headers and fields are always shown.
"""

from __future__ import annotations

import re

from atalaia.environment.secrecy import (
    Cover,
    Place,
    in_addresses,
    in_path,
    is_address,
    is_secret,
    of_header,
    of_parameter,
)

_PAIR = re.compile(r"([^:\s]+):(.+)", re.DOTALL)
"""An entry of the transformers' lists: `X-Frame-Options:DENY`."""
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
        return of_header(name, text, cover)
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
        return of_header(name, text, cover)
    known = name in _SHOWN and all(each in _RECORDS | _CHANGES for each in around)
    if known or is_address(text):
        return _address(text, name, cover)
    return cover(text, False)


def _of_pair(text: str, kind: str, cover: Cover) -> str:
    """A change of a header, or of an argument; without a value only a name."""
    pair = _PAIR.fullmatch(text)
    if pair is None:
        return text
    value = of_header(pair[1], pair[2], cover) if kind == "headers" else of_parameter(pair[1], pair[2], cover)
    return f"{pair[1]}:{value}"


def _address(text: str, name: str, cover: Cover) -> str:
    if name in _TARGETS and text.startswith("/"):
        return in_path(text, cover)
    return in_addresses(text, cover)

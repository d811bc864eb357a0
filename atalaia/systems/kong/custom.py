"""Kong's checks that its schemas only name: paths, names, addresses, service URLs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from atalaia.systems.kong import pcre
from atalaia.systems.kong.paths import compile_expression, compiles, normalise
from atalaia.systems.kong.problems import ENTITY, Problem
from atalaia.systems.lines import Path

_NAME = re.compile(r"[A-Za-z0-9.\-_~\x80-\U0010ffff]*")
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9\-_.]+(\.\*)?(:[0-9]+)?|\[[0-9a-fA-F:]+\](:[0-9]+)?")
_TARGET = re.compile(r"[A-Za-z0-9\-_.]+(:[0-9]{1,5})?|\[?[0-9a-fA-F:]+\]?(:[0-9]{1,5})?")
_UPSTREAM = re.compile(r"[A-Za-z0-9\-_.]+")
_NO_SLASHES = re.compile(r"([A-Za-z0-9][A-Za-z0-9+\-.]*):(?!//)(.*)")
_PLAIN_ORIGIN = re.compile(r"[A-Za-z0-9.:/\-]*")
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2}).{0,2}")
_LIMITS = ("second", "minute", "hour", "day", "month", "year")
_L4 = frozenset({"tcp", "tls", "tls_passthrough", "udp"})
_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443}

Report = Callable[[Problem], None]


def expand_url(given: dict[Any, Any]) -> dict[Any, Any]:
    """A service's `url` written out as protocol, host, port and path, as Kong writes it."""
    url = given.get("url")
    if not isinstance(url, str):
        return given
    expanded = {key: value for key, value in given.items() if key != "url"}
    if (found := _NO_SLASHES.fullmatch(url)) is not None:
        return {**expanded, "protocol": found[1], "path": found[2]}
    try:
        parts = urlsplit(url)
    except ValueError:  # an address that is none: without a host, Kong misses it
        return {**expanded, "protocol": url.partition(":")[0]}
    try:
        port = parts.port
    except ValueError:
        port = -1  # Kong's own check of the port names it
    expanded["protocol"] = parts.scheme or None
    expanded["host"] = parts.hostname
    expanded["port"] = port or _PORTS.get(parts.scheme)
    expanded["path"] = parts.path or None
    return {key: value for key, value in expanded.items() if value is not None}


def check(entity: str, record: Mapping[str, Any], path: Path, report: Report) -> None:
    """Report what Kong's own code finds in an entity beyond its schema."""
    if entity in ("services", "routes"):
        _check_name(record, path, report)
    if entity == "routes":
        _check_route(record, path, report)
    elif entity in ("upstreams", "targets"):
        _check_address(entity, record, path, report)
    elif entity == "plugins" and isinstance(record.get("name"), str):
        further = _PLUGINS.get(record["name"])
        if further is not None:
            further(_table(record.get("config")), path, report)


def _check_name(record: Mapping[str, Any], path: Path, report: Report) -> None:
    name = record.get("name")
    if isinstance(name, str) and not _NAME.fullmatch(name):
        message = (
            f"invalid value '{name}': the only accepted ascii characters are alphanumerics or ., -, _, and ~"
        )
        report(Problem((*path, "name"), message))


def _check_route(record: Mapping[str, Any], path: Path, report: Report) -> None:
    for position, text in enumerate(_list(record.get("paths"))):
        if isinstance(text, str) and (message := _path_fault(text)):
            report(Problem((*path, "paths", position), message))
    for position, host in enumerate(_list(record.get("hosts"))):
        if isinstance(host, str) and "*" not in host and not _HOST.fullmatch(host):
            report(Problem((*path, "hosts", position), f"invalid hostname: {host}"))
    for name, values in _table(record.get("headers")).items():
        for value in _list(values):
            if isinstance(value, str) and value.startswith("~*") and not compiles(value[2:]):
                report(Problem((*path, "headers"), f"invalid regex: '{value[2:]}' (of header {name})"))
    protocols = [it for it in _list(record.get("protocols")) if isinstance(it, str)]
    _check_matchers(record, protocols, path, report)


def _check_address(entity: str, record: Mapping[str, Any], path: Path, report: Report) -> None:
    name, target = record.get("name"), record.get("target")
    if entity == "upstreams" and isinstance(name, str) and not _UPSTREAM.fullmatch(name):
        report(Problem((*path, "name"), f"Invalid name ('{name}'); must be a valid hostname"))
    if entity == "targets" and isinstance(target, str) and not _TARGET.fullmatch(target):
        message = f"Invalid target ('{target}'); not a valid hostname or ip address"
        report(Problem((*path, "target"), message))


def _check_matchers(record: Mapping[str, Any], protocols: list[str], path: Path, report: Report) -> None:
    if _L4.intersection(protocols):
        if record.get("paths"):
            message = "cannot set 'paths' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'"
            report(Problem((*path, "paths"), message))
        if not any(record.get(name) for name in ("sources", "destinations", "snis")):
            message = (
                "must set one of 'sources', 'destinations', 'snis' when 'protocols' is 'tcp', 'tls' or 'udp'"
            )
            report(Problem((*path, ENTITY), message))
        return
    names = ["methods", "hosts", "headers", "paths"]
    last = "http"
    if "https" in protocols:
        names, last = [*names, "snis"], "https"
    if {"http", "https"}.intersection(protocols) and not any(record.get(name) for name in names):
        listed = ", ".join(f"'{name}'" for name in names)
        report(Problem((*path, ENTITY), f"must set one of {listed} when 'protocols' is '{last}'"))


def _path_fault(text: str) -> str | None:
    if text.startswith("~/"):
        try:
            compile_expression(text[1:])
        except re.error as error:
            return f"invalid regex: '{text[1:]}' (PCRE returned: {pcre.told(error, text[1:])})"
        return None
    if not text.startswith("/") or "//" in text:
        return None  # said by the schema
    if found := _PERCENT.search(text):
        return f"invalid url-encoded value: '{found[0]}'"
    normal = normalise(text)
    if normal != text:
        return f"non-normalized path, consider use '{normal}' instead"
    return None


def _check_origins(config: Mapping[str, Any], path: Path, report: Report) -> None:
    for position, origin in enumerate(_list(config.get("origins"))):
        if not isinstance(origin, str) or origin == "*" or _PLAIN_ORIGIN.fullmatch(origin):
            continue
        if not compiles(origin):
            report(Problem((*path, "config", "origins", position), f"'{origin}' is not a valid regex"))


def _check_networks(config: Mapping[str, Any], path: Path, report: Report) -> None:
    for field in ("allow", "deny"):
        for position, text in enumerate(_list(config.get(field))):
            if isinstance(text, str) and not _is_network(text):
                message = f"invalid ip or cidr range: '{text}'"
                report(Problem((*path, "config", field, position), message))


def _check_limits(config: Mapping[str, Any], path: Path, report: Report) -> None:
    given = [(name, config[name]) for name in _LIMITS if isinstance(config.get(name), int | float)]
    if not given and not any(config.get(name) is not None for name in _LIMITS):
        return  # said by the schema
    for (short, low), (long, high) in pairwise(given):
        if high < low:
            message = (
                f"The limit for {long}({high:.1f}) cannot be lower than the limit for {short}({low:.1f})"
            )
            report(Problem((*path, "config"), message))
            return


def _list(value: Any) -> list[Any]:
    """A value that should be a list; where it is not, the schema has said so."""
    return value if isinstance(value, list) else []


def _table(value: Any) -> Mapping[str, Any]:
    """A value that should be a table."""
    return value if isinstance(value, dict) else {}


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_PLUGINS: Mapping[Any, Callable[[Mapping[str, Any], Path, Report], None]] = {
    "rate-limiting": _check_limits,
    "cors": _check_origins,
    "ip-restriction": _check_networks,
}
"""Plugin → what its code checks in its configuration."""

"""Rules that look at more than one place of an environment file.

They read plain data and look away from what has another shape than it should: that is a fault
already, and all faults of a file are told in one go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from atalaia.environment.document import Document
from atalaia.environment.faults import Fault, Location, did_you_mean, dotted, listed, shown
from atalaia.environment.header_profile import PROFILES

STORES = ("postgres", "redis")
_RESERVED = (
    *STORES, "prometheus", "alertmanager", "grafana", "pushgateway", "kong-manager",
    "load-balancer", "load-balancer-tls", "load-balancer-stats", "probes-pushgateway",
)  # fmt: skip
"""Targets that checks know by these names (see `endpoints`)."""

_NAME = "NAME"
"""In a message: the name that stands there."""

_Found = Iterator[tuple[Location, str, str, str]]
"""(where, what is wrong, what is allowed, what may have been meant)."""


def reference_faults(document: Document) -> list[Fault]:
    """Every fault between the places of a file."""
    data = document.data
    rules = (
        _routes,
        _route_classes,
        _header_profiles,
        _dependencies,
        _cycles,
        _nodes,
        _names,
        _backends,
        _stats,
        _logins,
        _accepted,
    )
    return [
        Fault(document.line(where), dotted(where), _filled(what, where, document), allowed, hint)
        for rule in rules
        for where, what, allowed, hint in rule(data)
        if not document.is_faulty(where)
    ]


def _filled(what: str, location: Location, document: Document) -> str:
    """The message with the name that stands there; not where a variable gave it, which may hold anything."""
    if _NAME not in what:
        return what
    value = document.data
    for part in location:
        value = value[part]
    return what.replace(_NAME, "such name" if location in document.taken else shown(value))


def _routes(data: Any) -> _Found:
    services, classes = _table(data, "services"), _table(data, "route_classes")
    seen: dict[tuple[str, str], int] = {}
    for index, route in _entries(data, "routes"):
        here = ("routes", index)
        yield from _declared(route, "service", here, services, "services")
        yield from _declared(route, "class", here, classes, "route_classes")
        methods = [method for _, method in _texts(route, "methods")]
        path, sample = route.get("path"), _table(route, "sample")
        if isinstance(path, str):
            for method in methods or ["any method"]:
                if (path, method) in seen:
                    first = f"it is the same as routes[{seen[path, method]}]"
                    yield (*here, "path"), "this path and method are there already", first, ""
                    break
                seen[path, method] = index
            if isinstance(asked := sample.get("path"), str) and not asked.startswith(path):
                yield (*here, "sample", "path"), "outside the route", "it begins with the route's path", ""
        if methods and isinstance(method := sample.get("method", "GET"), str) and method not in methods:
            where = (*here, "sample", "method") if "method" in sample else (*here, "sample")
            if sample:
                yield where, "a method that the route does not take", "one of its methods", ""


def _route_classes(data: Any) -> _Found:
    for name, route_class in _tables(data, "route_classes"):
        here = ("route_classes", name)
        for key in ("cors", "authentication"):
            yield from _declared(route_class, key, here, _table(data, key), key)
        profiles = {*PROFILES, *_table(data, "header_profiles")}
        yield from _declared(route_class, "headers", here, sorted(profiles), "header_profiles")


def _header_profiles(data: Any) -> _Found:
    """What profiles extend: ends at one that is there without being declared, or at none."""
    profiles = _table(data, "header_profiles")
    for name, profile in _tables(data, "header_profiles"):
        here, base = ("header_profiles", name), profile.get("extends")
        if base == name and name in PROFILES:  # the one that it takes the place of
            continue
        yield from _declared(profile, "extends", here, sorted({*PROFILES, *profiles}), "header_profiles")
        way = [name]
        while isinstance(base, str) and base in profiles and base not in way:
            way.append(base)
            base = _table(profiles, base).get("extends")
        if base == name:
            circle = " → ".join(shown(one) for one in _short((*way, name)))
            yield (*here, "extends"), f"a circle: {circle}", "", ""


def _dependencies(data: Any) -> _Found:
    stores = [name for name in STORES if _table(_table(data, "stores"), name)]
    services = _table(data, "services")
    for name, service in _tables(data, "services"):
        for index, needed in _texts(service, "depends_on"):
            here = ("services", name, "depends_on", index)
            known = [*stores, *(other for other in services if other != name)]
            if needed == name:
                yield here, "a service that depends on itself", "", ""
            elif needed not in known:
                allowed = f"declared: {listed(known)}"
                yield here, f"no service or store {_NAME}", allowed, did_you_mean(needed, known)


def _cycles(data: Any) -> _Found:
    """Services that depend on one another in a circle would block each other for ever."""
    needs = {
        name: [needed for _, needed in _texts(service, "depends_on")]
        for name, service in _tables(data, "services")
    }
    done: set[str] = set()
    for start in needs:
        way: list[str] = []
        branches = [iter([start])]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                done.update(way[-1:])
                way = way[:-1]
            elif name in way and name != way[-1]:
                circle = " → ".join(shown(one) for one in _short((*way[way.index(name) :], name)))
                yield ("services", way[-1], "depends_on"), f"a circle: {circle}", "", ""
            elif name in needs and name not in done and name not in way:
                way.append(name)
                branches.append(iter(needs[name]))


def _short(circle: tuple[str, ...]) -> tuple[str, ...]:
    return circle if len(circle) < 10 else (*circle[:4], "…", *circle[-4:])


def _nodes(data: Any) -> _Found:
    gateway = _table(data, "gateway")
    services = _table(data, "services")
    seen: dict[str, int] = {}
    for index, node in _entries(gateway, "nodes"):
        here, name = ("gateway", "nodes", index, "name"), _node_name(index, node)
        if seen.setdefault(name, index) != index:
            yield here, "a name that another node has", f"gateway.nodes[{seen[name]}] has it", ""
        elif name in services or name in _RESERVED:
            yield here, "a name that another target of reports has", "another name", ""


def _node_name(index: int, node: dict[str, Any]) -> str:
    name = node.get("name")
    return name if isinstance(name, str) else f"kong-{index + 1}"


def _names(data: Any) -> _Found:
    nodes = [
        f"{_node_name(index, node)}-{listener}"
        for index, node in _entries(_table(data, "gateway"), "nodes")
        for listener in ("proxy", "admin", "status")
    ]
    services = _table(data, "services")
    for name in services:
        if name in _RESERVED or name in nodes:
            yield ("services", name), "a name that another target of reports has", "another name", ""
    for name in _table(_table(data, "metrics"), "exporters"):
        if name in _RESERVED or name in nodes or name in services:
            where = ("metrics", "exporters", name)
            yield where, "a name that another target of reports has", "another name", ""


def _backends(data: Any) -> _Found:
    leads: dict[str, str] = {}
    for name, backend in _tables(_table(data, "load_balancer"), "backends"):
        here = ("load_balancer", "backends", name)
        for index, path in _texts(backend, "paths"):
            if leads.setdefault(path, name) != name:
                where = f"it leads to {shown(leads[path])} already"
                yield (*here, "paths", index), "a path of two backends", where, ""
        servers = [server for _, server in _texts(backend, "servers")]
        if len(set(servers)) < len(servers):
            yield (*here, "servers"), "a server that is there twice", "each one once", ""


def _stats(data: Any) -> _Found:
    for section in (("load_balancer", "stats"), ("grafana",)):
        table = data
        for key in section:
            table = _table(table, key)
        if "password" in table and "username" not in table:
            yield (*section, "password"), "a password without a username", "", ""


def _logins(data: Any) -> _Found:
    for name, scheme in _tables(data, "authentication"):
        login = scheme.get("login")
        if isinstance(login, dict) and "path" not in login:
            yield ("authentication", name, "login"), "a login without a path", "path: /api/v1/login", ""


def _accepted(data: Any) -> _Found:
    seen: dict[tuple[str, str], int] = {}
    for index, entry in _entries(data, "accepted"):
        check, target = entry.get("check"), entry.get("target")
        if isinstance(check, str) and isinstance(target, str):
            first = seen.setdefault((check, target), index)
            if first != index:
                where = f"accepted[{first}] is for the same one"
                yield ("accepted", index), "a second entry for one check and target", where, ""


def _declared(table: Any, key: str, here: Location, declared: Collection[str], section: str) -> _Found:
    name = table.get(key)
    if isinstance(name, str) and name not in declared:
        what = f"no {_NAME} under {section}"
        yield (*here, key), what, f"declared: {listed(declared)}", did_you_mean(name, declared)


def _table(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _tables(data: Any, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, value) for name, value in _table(data, key).items() if isinstance(value, dict))


def _entries(data: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    value = data.get(key) if isinstance(data, dict) else None
    items = value if isinstance(value, list) else []
    return ((index, item) for index, item in enumerate(items) if isinstance(item, dict))


def _texts(data: Any, key: str) -> Iterator[tuple[int, str]]:
    value = data.get(key) if isinstance(data, dict) else None
    items = value if isinstance(value, list) else []
    return ((index, item) for index, item in enumerate(items) if isinstance(item, str))

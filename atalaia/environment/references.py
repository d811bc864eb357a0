"""Rules that look at more than one place of an environment file.

They read plain data and look away from what has another shape than it should: that is a fault
already, and all faults of a file are told in one go.
"""

from __future__ import annotations

from typing import Any

from atalaia.environment.document import Document
from atalaia.environment.faults import Fault, did_you_mean, listed, shown
from atalaia.environment.header_profile import PROFILES
from atalaia.environment.probe_rules import probe_names, probe_steps, probes
from atalaia.environment.rules import (
    NAME,
    Found,
    declared,
    entries,
    faults_of,
    node_name,
    table,
    tables,
    texts,
)

STORES = ("postgres", "redis")
_RESERVED = (
    *STORES, "prometheus", "alertmanager", "grafana", "pushgateway", "kong-manager",
    "load-balancer", "load-balancer-tls", "load-balancer-stats", "probes-pushgateway",
)  # fmt: skip
"""Targets that checks know by these names (see `endpoints`)."""


def reference_faults(document: Document) -> list[Fault]:
    """Every fault between the places of a file."""
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
        probe_names,
        probes,
        probe_steps,
    )
    return faults_of(document, rules)


def _routes(data: Any) -> Found:
    services, classes = table(data, "services"), table(data, "route_classes")
    seen: dict[tuple[str, str], int] = {}
    for index, route in entries(data, "routes"):
        here = ("routes", index)
        yield from declared(route, "service", here, services, "services")
        yield from declared(route, "class", here, classes, "route_classes")
        methods = [method for _, method in texts(route, "methods")]
        path, sample = route.get("path"), table(route, "sample")
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


def _route_classes(data: Any) -> Found:
    for name, route_class in tables(data, "route_classes"):
        here = ("route_classes", name)
        for key in ("cors", "authentication"):
            yield from declared(route_class, key, here, table(data, key), key)
        profiles = {*PROFILES, *table(data, "header_profiles")}
        yield from declared(route_class, "headers", here, sorted(profiles), "header_profiles")


def _header_profiles(data: Any) -> Found:
    """What profiles extend: ends at one that is there without being declared, or at none."""
    profiles = table(data, "header_profiles")
    for name, profile in tables(data, "header_profiles"):
        here, base = ("header_profiles", name), profile.get("extends")
        if base == name and name in PROFILES:  # the one that it takes the place of
            continue
        yield from declared(profile, "extends", here, sorted({*PROFILES, *profiles}), "header_profiles")
        way = [name]
        while isinstance(base, str) and base in profiles and base not in way:
            way.append(base)
            base = table(profiles, base).get("extends")
        if base == name:
            circle = " → ".join(shown(one) for one in _short((*way, name)))
            yield (*here, "extends"), f"a circle: {circle}", "", ""


def _dependencies(data: Any) -> Found:
    stores = [name for name in STORES if table(table(data, "stores"), name)]
    services = table(data, "services")
    for name, service in tables(data, "services"):
        for index, needed in texts(service, "depends_on"):
            here = ("services", name, "depends_on", index)
            known = [*stores, *(other for other in services if other != name)]
            if needed == name:
                yield here, "a service that depends on itself", "", ""
            elif needed not in known:
                allowed = f"declared: {listed(known)}"
                yield here, f"no service or store {NAME}", allowed, did_you_mean(needed, known)


def _cycles(data: Any) -> Found:
    """Services that depend on one another in a circle would block each other for ever."""
    needs = {
        name: [needed for _, needed in texts(service, "depends_on")]
        for name, service in tables(data, "services")
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


def _nodes(data: Any) -> Found:
    gateway = table(data, "gateway")
    services = table(data, "services")
    seen: dict[str, int] = {}
    for index, node in entries(gateway, "nodes"):
        here, name = ("gateway", "nodes", index, "name"), node_name(index, node)
        if seen.setdefault(name, index) != index:
            yield here, "a name that another node has", f"gateway.nodes[{seen[name]}] has it", ""
        elif name in services or name in _RESERVED:
            yield here, "a name that another target of reports has", "another name", ""


def _names(data: Any) -> Found:
    nodes = [
        f"{node_name(index, node)}-{listener}"
        for index, node in entries(table(data, "gateway"), "nodes")
        for listener in ("proxy", "admin", "status")
    ]
    services = table(data, "services")
    for name in services:
        if name in _RESERVED or name in nodes:
            yield ("services", name), "a name that another target of reports has", "another name", ""
    for name in table(table(data, "metrics"), "exporters"):
        if name in _RESERVED or name in nodes or name in services:
            where = ("metrics", "exporters", name)
            yield where, "a name that another target of reports has", "another name", ""


def _backends(data: Any) -> Found:
    leads: dict[str, str] = {}
    for name, backend in tables(table(data, "load_balancer"), "backends"):
        here = ("load_balancer", "backends", name)
        for index, path in texts(backend, "paths"):
            if leads.setdefault(path, name) != name:
                where = f"it leads to {shown(leads[path])} already"
                yield (*here, "paths", index), "a path of two backends", where, ""
        servers = [server for _, server in texts(backend, "servers")]
        if len(set(servers)) < len(servers):
            yield (*here, "servers"), "a server that is there twice", "each one once", ""


def _stats(data: Any) -> Found:
    for section in (("load_balancer", "stats"), ("grafana",)):
        place = data
        for key in section:
            place = table(place, key)
        if "password" in place and "username" not in place:
            yield (*section, "password"), "a password without a username", "", ""


def _logins(data: Any) -> Found:
    for name, scheme in tables(data, "authentication"):
        login = scheme.get("login")
        if isinstance(login, dict) and "path" not in login:
            yield ("authentication", name, "login"), "a login without a path", "path: /api/v1/login", ""


def _accepted(data: Any) -> Found:
    seen: dict[tuple[str, str], int] = {}
    for index, entry in entries(data, "accepted"):
        check, target = entry.get("check"), entry.get("target")
        if isinstance(check, str) and isinstance(target, str):
            first = seen.setdefault((check, target), index)
            if first != index:
                where = f"accepted[{first}] is for the same one"
                yield ("accepted", index), "a second entry for one check and target", where, ""

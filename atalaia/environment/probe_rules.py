"""Rules for the probes that are added: each kind takes its own keys, and leads somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from atalaia.environment.expressions import as_regex
from atalaia.environment.faults import Location, did_you_mean, listed, shown
from atalaia.environment.placeholder import PLACE
from atalaia.environment.rules import NAME, Found, declared, entries, node_name, table

_OF_ALL = ("name", "kind", "interval", "timeout", "attempts")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "http": (
        "at", "url", "path", "method", "headers", "username", "password", "bearer", "expect", "fan_out",
        "quorum",
    ),
    "tcp": ("at", "host", "port", "fan_out", "quorum"),
    "tls": ("at", "host", "port", "expect", "fan_out", "quorum"),
    "dns": ("at", "host", "addresses"),
    "postgres": ("at", "query", "value"),
    "redis": ("at",),
    "journey": ("at", "url", "bearer", "steps"),
    "catalogue": ("check", "targets"),
}  # fmt: skip
"""Kind → the keys that it takes beside those of all."""
_NEEDS = {"journey": "steps", "catalogue": "check"}
_WAYS: Mapping[str, tuple[str, ...]] = {
    "http": ("at", "url"), "journey": ("at", "url"), "tcp": ("at", "host"), "tls": ("at", "host"),
    "dns": ("at", "host"),
}  # fmt: skip
"""Kind → the keys of which one says where it goes."""
_STORES = ("postgres", "redis")
_NEGATIVE_CONTROL = "negative-control"


def probe_names(data: Any) -> Found:
    """Each added probe has a name of its own: it is a label."""
    seen: dict[str, int] = {}
    for index, probe in entries(table(data, "probes"), "add"):
        name, here = probe.get("name"), ("probes", "add", index, "name")
        if name == _NEGATIVE_CONTROL:
            yield here, "a name that the negative control has", "another name", ""
        elif isinstance(name, str) and seen.setdefault(name, index) != index:
            yield here, "a name that another probe has", f"probes.add[{seen[name]}] has it", ""


def probes(data: Any) -> Found:
    """Added probes say what their kind needs, nothing that it does not take, and lead to what is declared."""
    for index, probe in entries(table(data, "probes"), "add"):
        here: Location = ("probes", "add", index)
        kind = probe.get("kind")
        if not isinstance(kind, str) or kind not in _KEYS:
            continue
        known = (*_OF_ALL, *_KEYS[kind])
        for key in probe:
            if key not in known and any(key in keys for keys in _KEYS.values()):
                yield (*here, key), f"not a key of kind {kind}", f"it takes: {listed(_KEYS[kind])}", ""
        needed = _NEEDS.get(kind)
        if needed and probe.get(needed, []) == []:
            yield here, f"a probe of kind {kind} without {needed}", "", ""
        yield from _way(probe, kind, here, data)
        yield from _credentials(probe, here, data)
        if kind in _STORES and not table(table(data, "stores"), kind):
            yield (*here, "kind"), f"the environment declares no stores.{kind}", "", ""
        if "quorum" in probe and probe.get("fan_out") != "all":
            yield (*here, "quorum"), "a quorum of one address", "`fan_out: all` goes with it", ""
        if "value" in probe and "query" not in probe:
            yield (*here, "value"), "a value without a query", "query: SELECT …", ""
        if kind == "tls" and (other := sorted(set(table(probe, "expect")) - {"certificate"})):
            yield (*here, "expect", other[0]), "not a key of kind tls", "it takes: certificate", ""
        yield from patterns(table(probe, "expect"), (*here, "expect"))


def probe_steps(data: Any) -> Found:
    """The steps of journeys."""
    for index, probe in entries(table(data, "probes"), "add"):
        yield from steps(probe, ("probes", "add", index))


def steps(journey: dict[str, Any], where: Location, given: Collection[str] = ()) -> Found:
    """Steps of a journey have names of their own, and use only what is given or a step before them saves."""
    seen: dict[str, int] = {}
    saved: set[str] = set(given)
    for number, step in entries(journey, "steps"):
        here: Location = (*where, "steps", number)
        name = step.get("name")
        if isinstance(name, str) and seen.setdefault(name, number) != number:
            yield (*here, "name"), "a name that another step has", f"steps[{seen[name]}] has it", ""
        of = "given or saved before it" if given else "saved before it"
        yield from places(step, here, sorted(saved), of=of)
        for kept, pointer in table(step, "save").items():
            saved.add(kept)
            if isinstance(pointer, str) and not pointer.startswith("/"):
                yield (*here, "save", kept), "not a JSON pointer", "it begins with /: /data/id", ""
        yield from patterns(table(step, "expect"), (*here, "expect"))


def places(
    request: dict[str, Any],
    here: Location,
    given: Collection[str],
    what: str = "a {name} that no step before it saves",
    of: str = "saved before it",
) -> Found:
    """Every `{name}` of a request's texts stands for something."""
    for where, text in _written(request):
        for used in PLACE.findall(text):
            if used not in given:
                # Its name is not told: where a variable gave the text it may be a secret's part.
                yield (*here, *where), what, f"{of}: {listed(given)}", did_you_mean(used, given)


def _way(probe: dict[str, Any], kind: str, here: Location, data: Any) -> Found:
    ways = _WAYS.get(kind, ())
    told = [key for key in ways if key in probe]
    if ways and not told:
        yield here, "a probe that leads nowhere", " or ".join(ways), ""
    elif len(told) > 1:
        yield (*here, told[1]), f"a second address beside `{told[0]}`", "one of them", ""
    if kind in ("tcp", "tls") and "host" in probe and "port" not in probe:
        yield here, "a host without a port", "port: 443", ""
    if "port" in probe and "host" not in probe:
        yield (*here, "port"), "a port without a host", "host: example.com", ""
    name = probe.get("at")
    if not isinstance(name, str):
        return
    names = dict(_addresses(data))
    if kind in ("http", "journey"):
        names = {each: protocol for each, protocol in names.items() if protocol == "http"}
    elif kind in _STORES:
        names = {each: protocol for each, protocol in names.items() if protocol == kind}
    if name not in names:
        allowed = f"for kind {kind}: {listed(names)}"
        yield (*here, "at"), f"no address {NAME}", allowed, did_you_mean(name, names)


def _credentials(probe: dict[str, Any], here: Location, data: Any) -> Found:
    if "password" in probe and "username" not in probe:
        yield (*here, "password"), "a password without a username", "", ""
    if "bearer" not in probe:
        return
    if "username" in probe:
        yield (*here, "bearer"), "a token beside a username", "one of them", ""
    schemes = table(data, "authentication")
    yield from declared(probe, "bearer", here, schemes, "authentication")
    name = probe["bearer"]
    if isinstance(name, str) and name in schemes and not table(schemes, name).get("secret"):
        what = f"authentication.{shown(name)} has no secret"
        yield (*here, "bearer"), what, "one that tokens can be made with", ""


def patterns(expect: dict[str, Any], here: Location) -> Found:
    """Regular expressions and JSON pointers of an expectation that are none."""
    patterns: list[tuple[Location, Any]] = [(("body",), expect.get("body"))]
    patterns += [(("headers", name), value) for name, value in table(expect, "headers").items()]
    for where, pattern in patterns:
        if not isinstance(pattern, str):
            continue
        import regex  # what will match it: only files with an expression need it

        try:
            regex.compile(as_regex(pattern))
        except (regex.error, OverflowError, RecursionError):
            yield (*here, *where), "not a regular expression", "in Python's syntax (re)", ""
    for pointer in table(expect, "json"):
        if pointer and not pointer.startswith("/"):
            yield (*here, "json", pointer), "not a JSON pointer", "it begins with /: /data/id", ""


def _written(step: dict[str, Any]) -> Iterator[tuple[Location, str]]:
    """The texts of a step that are filled in, each with its place."""
    if isinstance(path := step.get("path"), str):
        yield ("path",), path
    for name, value in table(step, "headers").items():
        if isinstance(value, str):
            yield ("headers", name), value
    yield from _texts_of(step.get("json"), ("json",))


def _texts_of(value: Any, here: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield here, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts_of(item, (*here, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts_of(item, (*here, index))


def _addresses(data: Any) -> Iterator[tuple[str, str]]:
    """(name, protocol) of every address that the file declares, as `endpoints` names them."""
    for name in table(data, "services"):
        yield name, "http"
    gateway = table(data, "gateway")
    for index, node in entries(gateway, "nodes"):
        for listener in ("proxy", "admin", "status"):
            if listener in node:
                yield f"{node_name(index, node)}-{listener}", "http"
    if "manager" in gateway:
        yield "kong-manager", "http"
    balancer = table(data, "load_balancer")
    for name, key in (("", "url"), ("-tls", "tls_url"), ("-stats", "stats")):
        if key in balancer:
            yield f"load-balancer{name}", "http"
    for name in _STORES:
        if table(table(data, "stores"), name):
            yield name, name
    for name in table(table(data, "metrics"), "exporters"):
        yield name, "http"
    for name in ("prometheus", "alertmanager", "grafana", "pushgateway"):
        if table(data, name):
            yield name, "http"
    if "pushgateway" in table(data, "probes"):
        yield "probes-pushgateway", "http"

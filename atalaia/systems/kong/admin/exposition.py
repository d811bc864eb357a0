"""The /metrics of a node: what Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from atalaia.systems.kong.admin.documents import DICTS, connections
from atalaia.systems.kong.admin.facts import Facts, TargetHealth
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.plugins.metrics import family, label
from atalaia.systems.kong.plugins.prometheus import tells_upstream_health

_STATES = ("dns_error", "healthchecks_off", "healthy", "unhealthy")


def exposition(configuration: Configuration, facts: Facts) -> str:
    """`GET /metrics` of both APIs, in Prometheus' text format."""
    lines = [*_node(facts), *facts.measured()]
    if tells_upstream_health(configuration):
        lines += _target_health(
            (upstream.name, facts.health.get(upstream.id, ())) for upstream in configuration.upstreams
        )
    return "\n".join(lines) + "\n"


def _node(facts: Facts) -> Iterator[str]:
    """The families that are there whatever the plugin's settings are."""
    node, http = f'node_id="{facts.id}"', 'kong_subsystem="http"'
    yield from _gauge("kong_datastore_reachable", "Datastore reachable from Kong, 0 is unreachable", {"": 1})
    yield from _gauge(
        "kong_memory_lua_shared_dict_bytes",
        "Allocated slabs in bytes in a shared_dict",
        {f'{node},shared_dict="{it}",{http}': facts.slabs.get(it, 0) for it in DICTS},
    )
    yield from _gauge(
        "kong_memory_lua_shared_dict_total_bytes",
        "Total capacity in bytes of a shared_dict",
        {f'{node},shared_dict="{it}",{http}': size << 20 for it, size in DICTS.items()},
    )
    yield from _gauge(
        "kong_memory_workers_lua_vms_bytes",
        "Allocated bytes in worker Lua VM",
        {f'{node},pid="{pid}",{http}': size for pid, size in facts.workers.items()},
    )
    yield from _gauge(
        "kong_nginx_connections_total",
        "Number of connections by subsystem",
        {
            f'{node},subsystem="http",state="{state}"': count
            for state, count in connections(facts.traffic).items()
        },
    )
    errors = "kong_nginx_metric_errors_total"
    yield from family(errors, "counter", "Number of nginx-lua-prometheus errors", [f"{errors} 0"])
    yield from _gauge(
        "kong_nginx_requests_total",
        "Number of requests total",
        {f'{node},subsystem="http"': facts.traffic.requests},
    )
    yield from _gauge(
        "kong_nginx_timers", "Number of nginx timers", {'state="pending"': 0, 'state="running"': 0}
    )
    yield from _gauge(
        "kong_node_info", "Kong Node metadata information", {f'{node},version="{facts.version}"': 1}
    )


def _gauge(name: str, told: str, series: Mapping[str, int]) -> Iterator[str]:
    """A family by the labels of its series."""
    lines = (f"{name}{{{it}}} {value}" if it else f"{name} {value}" for it, value in series.items())
    return family(name, "gauge", told, lines)


def _target_health(upstreams: Iterable[tuple[str, Iterable[TargetHealth]]]) -> Iterator[str]:
    """The health of every target, one series a state; the state's own is 1."""
    name = "kong_upstream_target_health"
    return family(
        name,
        "gauge",
        "Health status of targets of upstream. States = healthchecks_off|healthy|unhealthy|dns_error, "
        "value is 1 when state is populated.",
        (
            f'{name}{{upstream="{label(upstream)}",target="{label(it.target.target)}",'
            f'address="{_address(it)}",state="{state}",subsystem="http"}} {int(it.health.lower() == state)}'
            for upstream, found in upstreams
            for it in found
            for state in _STATES
        ),
    )


def _address(it: TargetHealth) -> str:
    return f"{it.address[0]}:{it.address[1]}" if it.address else ""

"""What can be wrong with a declarative file that Kong takes."""

from __future__ import annotations

from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.healthchecks import probing, unprobed, without_targets
from atalaia.systems.kong.timeouts import long_timeouts
from atalaia.systems.kong.unused import disabled_plugins, routes_to_nowhere, unreachable_services

LOADED = load("""
_format_version: "3.0"
services:
- {name: patient, host: a, routes: [{name: one, paths: [/a]}]}
- name: quick
  host: b
  connect_timeout: 1000
  write_timeout: 5000
  read_timeout: 5001
- {name: out, host: c, enabled: false, routes: [{name: out, paths: [/c]}]}
routes:
- {name: nowhere, paths: [/n]}
plugins:
- {name: cors, enabled: false}
- {name: prometheus}
upstreams:
- {name: blind, targets: [{target: "10.0.0.1:80"}]}
- name: active
  targets: [{target: "10.0.0.1:80"}]
  healthchecks:
    active: {healthy: {interval: 5, successes: 1}, unhealthy: {interval: 5, http_failures: 2}}
- name: never-counts
  targets: [{target: "10.0.0.1:80", weight: 0}]
  healthchecks: {active: {unhealthy: {interval: 5}}, passive: {unhealthy: {http_failures: 3}}}
""")


def test_timeouts_beyond_the_limit_are_told_defaults_too() -> None:
    found = [(it.service.name, it.field, it.milliseconds) for it in long_timeouts(LOADED, 5000)]
    assert found == [
        *(("patient", f"{kind}_timeout", 60_000) for kind in ("connect", "write", "read")),
        ("quick", "read_timeout", 5001),
        *(("out", f"{kind}_timeout", 60_000) for kind in ("connect", "write", "read")),
    ]


def test_an_upstream_is_probed_where_failures_are_looked_for_and_counted() -> None:
    assert [it.name for it in unprobed(LOADED)] == ["blind", "never-counts"]
    told = {
        it.name: (probing(it).finds_failure, probing(it).finds_recovery, probing(it).watches_traffic)
        for it in LOADED.upstreams
    }
    assert told == {
        "blind": (False, False, False),
        "active": (True, True, False),
        "never-counts": (False, False, True),
    }


def test_an_upstream_whose_targets_have_no_weight_stands_for_nothing() -> None:
    assert [it.name for it in without_targets(LOADED)] == ["never-counts"]


def test_what_nothing_uses_is_found() -> None:
    assert [it.name for it in unreachable_services(LOADED)] == ["quick", "out"]
    assert [it.name for it in routes_to_nowhere(LOADED)] == ["nowhere"]
    assert [it.name for it in disabled_plugins(LOADED)] == ["cors"]

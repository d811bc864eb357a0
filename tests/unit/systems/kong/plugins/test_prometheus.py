"""prometheus: what is measured of a request."""

from __future__ import annotations

from atalaia.systems.kong.plugins.prometheus import OFF, Groups, tells_upstream_health
from tests.support.kong_turns import SmallKong, declared, plugin


def test_metrics_are_off_unless_asked_for() -> None:
    on = {
        "status_code_metrics": True,
        "latency_metrics": True,
        "bandwidth_metrics": True,
        "per_consumer": True,
    }
    kong = SmallKong(
        plugin("prometheus"), everywhere=(plugin("prometheus", **on, upstream_health_metrics=True),)
    )
    assert kong.begin().chain.prometheus == OFF, "the route's instance replaces the global one"
    assert kong.begin(target="/none").chain.prometheus == Groups(True, True, True, True)
    assert tells_upstream_health(kong.configuration), "one instance that asks for it is enough"
    assert not tells_upstream_health(declared(plugin("prometheus")))
    assert SmallKong().begin().chain.prometheus == OFF

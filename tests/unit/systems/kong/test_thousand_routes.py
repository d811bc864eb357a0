"""A file of a thousand routes is read, routed, searched and compared in seconds (printed, not asserted)."""

from __future__ import annotations

import json
import time
from typing import Any

import yaml

from atalaia.systems.kong import live
from atalaia.systems.kong.bleed import bleeding
from atalaia.systems.kong.drift import Drift, drift
from atalaia.systems.kong.given import given
from atalaia.systems.kong.overlap import overlaps
from atalaia.systems.kong.shadow import shadowed
from atalaia.systems.kong.timeouts import long_timeouts

ROUTES = 1000


def generated() -> str:
    """50 services of 20 routes: plain, with methods, with hosts, expressions; two overlap, one is hidden."""
    services: list[dict[str, Any]] = []
    for n in range(ROUTES // 20):
        routes: list[dict[str, Any]] = []
        for m in range(20):
            path = f"/api/v1/s{n}/r{m:02}"
            kinds = ({}, {"methods": ["GET", "POST"]}, {"hosts": [f"h{m}.example.test"]}, {})
            expression = [f"~{path}/(?<id>[0-9]+)$"] if m % 4 == 3 else [path]
            limit = {"name": "rate-limiting", "config": {"minute": 5 + m, "policy": "local"}}
            routes.append({"name": f"r{n}-{m}", "paths": expression, "plugins": [limit], **kinds[m % 4]})
        services.append({"name": f"s{n}", "url": f"http://s{n}:3000", "routes": routes})
    services[0]["routes"][0]["paths"] = services[1]["routes"][0]["paths"]
    services[2]["routes"][3]["paths"] = ["~/api/v1/s2/r04"]
    cors = {"name": "cors", "config": {"origins": ["https://app.example.test"]}}
    return yaml.safe_dump({"_format_version": "3.0", "services": services, "plugins": [cors]})


def test_a_thousand_routes() -> None:
    text = generated()
    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return clock[-1] - clock[-2]

    found = given(text, "kong.yml")
    took = {"load": lap()}
    of = found.configuration
    assert of is not None
    assert (len(of.services), len(of.routes), len(of.plugins)) == (50, ROUTES, ROUTES + 1)
    reached = [found.router.match("GET", f"/api/v1/s{n}/r04", "h", {}) for n in range(50)]
    assert [it.route.name for it in reached if it] == [f"r{n}-{3 if n == 2 else 4}" for n in range(50)]
    took["router"] = lap()
    lines = {found.line(it) for it in (*of.services, *of.routes, *of.plugins)}
    assert len(lines) == 50 + 2 * ROUTES + 1
    took["lines"] = lap()
    assert [{it.one.name, it.other.name} for it in overlaps(found.router)] == [{"r0-0", "r1-0"}]
    took["overlaps"] = lap()
    assert [(it.route.name, it.by.name) for it in shadowed(found.router)] == [("r2-4", "r2-3")]
    took["shadows"] = lap()
    assert len(bleeding(found.router)) == 748  # all plain paths but the hidden one and of the two one
    took["bleeding"] = lap()
    assert len(list(long_timeouts(of, 10_000))) == 150
    lists = {
        kind: [json.loads(json.dumps(dict(it.document))) for it in getattr(of, kind)] for kind in live.KINDS
    }
    lists["routes"][500]["strip_path"] = False
    del lists["plugins"][700]
    lap()
    differences = drift(found, live.configuration(lists))
    assert [(it.drift, it.kind) for it in differences] == [
        (Drift.DIFFERENT, "routes"), (Drift.MISSING, "plugins"),
    ]  # fmt: skip
    took["drift"] = lap()
    print("\n" + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items()))

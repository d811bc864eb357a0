"""The sandbox watched as users are: with deploy/, silent while it is healthy, heard in a drill."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import quote

import pytest
import yaml

from sandbox import launcher
from sandbox.deployed import DEPLOY
from sandbox.readiness import get_json, until
from sandbox.running import Sandbox
from tests.support.sandboxes import state_directory

_OF_THE_MACHINE = {"HighCPUUsage", "HighMemoryUsage", "DiskSpace", "SlowScrape"}
"""What a busy or a full machine may bring near to firing; in half a minute none of them fires."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with state_directory(), launcher.running("monitoring") as running:
        yield running


def ask(sandbox: Sandbox, path: str) -> Any:
    """The `data` of an answer of Prometheus' API."""
    return cast("Any", asyncio.run(get_json(sandbox.ports.prometheus, f"/api/v1/{path}")))["data"]


def value(sandbox: Sandbox, query: str) -> float:
    """The one value of a query; 0 where it has none."""
    result = ask(sandbox, f"query?query={quote(query)}")["result"]
    return float(result[0]["value"][1]) if result else 0.0


def eventually(true: Callable[[], bool], seconds: float, told: Callable[[], object]) -> None:
    """Wait until something is true. Raises AssertionError when it is not within so many seconds."""

    async def look() -> bool:
        return await asyncio.to_thread(true)

    assert asyncio.run(until(look, seconds, every=0.2)), told()


def rules(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [rule for group in ask(sandbox, "rules")["groups"] for rule in group["rules"]]


def test_it_has_loaded_every_rule_that_users_of_this_stack_have(sandbox: Sandbox) -> None:
    deployed = {
        group["name"]: [rule.get("alert") or rule["record"] for rule in group["rules"]]
        for pattern in yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["rule_files"]
        for path in (DEPLOY / "prometheus").glob(pattern)
        for group in yaml.safe_load(path.read_text())["groups"]
    }
    groups = ask(sandbox, "rules")["groups"]
    assert {group["name"]: [rule["name"] for rule in group["rules"]] for group in groups} == deployed
    assert {group["interval"] for group in groups} == {1}


def test_the_files_of_its_rules_are_the_deployed_ones_byte_for_byte(sandbox: Sandbox) -> None:
    home = sandbox.blueprint.home("prometheus")
    files = sorted((home / "rules").rglob("*.yml"))
    assert len(files) > 12
    for file in files:
        assert file.read_bytes() == (DEPLOY / "prometheus" / file.relative_to(home)).read_bytes()


def test_what_somebody_did_to_its_rules_is_undone_by_rendering_them_anew(sandbox: Sandbox) -> None:
    home = sandbox.blueprint.home("prometheus")
    (home / "rules" / "another.yml").write_text("groups: []\n")
    (home / "rules" / "drill.yml").unlink()
    sandbox.render("prometheus")
    assert not (home / "rules" / "another.yml").exists()
    assert (home / "rules" / "drill.yml").exists()


def test_its_alertmanager_reads_secrets_from_files_that_only_its_owner_may_read(sandbox: Sandbox) -> None:
    secrets = sorted((sandbox.blueprint.home("alertmanager") / "secrets").iterdir())
    names = [path.name for path in secrets]
    assert names == ["pagerduty_key", "slack_api_url", "smtp_password", "whatsapp_token"]
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


def test_a_drill_is_heard_held_back_where_it_must_be_and_over_when_it_is_cleaned_up(sandbox: Sandbox) -> None:
    asyncio.run(sandbox.wait_until_scraped())
    push(sandbox, "PUT", f"atalaia_drill 1\natalaia_drill_started_timestamp_seconds {time.time()}\n")
    heard = {"AtalaiaDrill": ("active", ("drill",)), "AtalaiaDrillInhibited": ("suppressed", ("drill",))}
    eventually(lambda: drills(sandbox) == heard, 60, lambda: drills(sandbox))
    assert value(sandbox, 'count(ALERTS{alertstate="firing"})') == 2
    assert value(sandbox, "severity:alerts_firing:count") == 0
    push(sandbox, "DELETE", "")
    eventually(lambda: drills(sandbox) == {}, 60, lambda: drills(sandbox))


def push(sandbox: Sandbox, method: str, body: str) -> None:
    url = f"http://127.0.0.1:{sandbox.ports.pushgateway}/metrics/job/atalaia-drill"
    urllib.request.urlopen(urllib.request.Request(url, body.encode(), method=method), timeout=5).close()


def drills(sandbox: Sandbox) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the Alertmanager has of a drill: by name, its state and its receivers."""
    path = "/api/v2/alerts?filter=" + quote('drill="true"')
    found = cast("Any", asyncio.run(get_json(sandbox.ports.alertmanager, path)))
    return {
        one["labels"]["alertname"]: (
            one["status"]["state"],
            tuple(receiver["name"] for receiver in one["receivers"]),
        )
        for one in found
    }


def test_every_rule_can_be_evaluated_and_nothing_fires_in_half_a_minute_of_health(sandbox: Sandbox) -> None:
    """Without traffic, too: an idle stack is a healthy one. The first scrapes come 5 s after the start."""
    age = 'time() - process_start_time_seconds{job="prometheus"}'
    eventually(lambda: value(sandbox, age) > 36, 60, lambda: value(sandbox, age))
    assert [rule for rule in rules(sandbox) if rule["health"] != "ok"] == []
    # A scrape that a busy machine made late is pending for a moment; what is wrong with a rule stays.
    eventually(lambda: near(sandbox).keys() <= _OF_THE_MACHINE, 20, lambda: near(sandbox))
    assert "firing" not in near(sandbox).values()


def near(sandbox: Sandbox) -> dict[str, str]:
    """What is pending or firing, by name."""
    return {alert["labels"]["alertname"]: alert["state"] for alert in ask(sandbox, "alerts")["alerts"]}


def test_half_a_minute_is_long_enough_for_the_indicators_to_be_there(sandbox: Sandbox) -> None:
    """An alert over a series that is never there is silent for the wrong reason."""
    for query in (
        'count(sli:bad:ratio_rate1h{sli="uptime"})',
        'count(service:slo_error_budget_left:ratio7d{sli="uptime"})',
        "count(service:process_cpu_seconds:rate5m)",
        'count(sli:total:rate5m{sli="uptime"})',
    ):
        assert value(sandbox, query) == 8, query
    assert value(sandbox, "count(instance:pg_connections:ratio)") == 1

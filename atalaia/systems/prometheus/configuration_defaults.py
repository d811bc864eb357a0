"""Defaults of Prometheus 2.42's configuration: config/config.go, discovery and model/relabel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.systems.prometheus.durations import seconds

_GLOBAL = {"scrape_interval": "1m", "scrape_timeout": "10s", "evaluation_interval": "1m"}
_HTTP = {"follow_redirects": True, "enable_http2": True}
_SCRAPE = {**_HTTP, "honor_timestamps": True, "metrics_path": "/metrics", "scheme": "http"}
_ALERTMANAGER = {**_HTTP, "scheme": "http", "timeout": "10s", "api_version": "v2"}
_RELABEL = {"action": "replace", "separator": ";", "regex": "(.*)", "replacement": "$1"}


def completed(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the defaults that it leaves out."""
    found = dict(configuration)
    found["global"] = _with_timeout({**_GLOBAL, **_table(found.get("global"))}, _table(found.get("global")))
    jobs = found.get("scrape_configs")
    if isinstance(jobs, list):
        found["scrape_configs"] = [
            _job(job, found["global"]) if isinstance(job, dict) else job for job in jobs
        ]
    alerting = _table(found.get("alerting"))
    if alerting:
        found["alerting"] = {**_relabelled(alerting, "alert_relabel_configs")}
        managers = alerting.get("alertmanagers")
        if isinstance(managers, list):
            found["alerting"]["alertmanagers"] = [
                _relabelled(_authorized({**_ALERTMANAGER, **_table(each)}), "relabel_configs")
                for each in managers
            ]
    return found


def intervals(configuration: Mapping[str, Any]) -> dict[str, float]:
    """Seconds between two scrapes, of each job by its name, with what it inherits."""
    of_all = {**_GLOBAL, **_table(configuration.get("global"))}
    jobs = configuration.get("scrape_configs")
    found = {}
    for job in jobs if isinstance(jobs, list) else ():
        given = _table(job)
        length = seconds(str(given.get("scrape_interval") or of_all["scrape_interval"]))
        if length and isinstance(name := given.get("job_name"), str):
            found[name] = length
    return found


def inherited(job: Mapping[str, Any], configuration: Mapping[str, Any]) -> frozenset[str]:
    """What a completed job has as all jobs have it: a difference there is told once, of `global`."""
    of_all = configuration["global"]
    timeout = _shorter(of_all["scrape_timeout"], job["scrape_interval"])
    common = {"scrape_interval": of_all["scrape_interval"], "scrape_timeout": timeout}
    return frozenset(key for key, value in common.items() if seconds(str(job[key])) == seconds(str(value)))


def _job(job: dict[str, Any], of_all: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in job.items() if value is not None}
    whole = {**_SCRAPE, "scrape_interval": of_all["scrape_interval"], **given}
    if "scrape_timeout" not in given:
        whole["scrape_timeout"] = _shorter(of_all["scrape_timeout"], whole["scrape_interval"])
    return _relabelled(_authorized(whole), "relabel_configs", "metric_relabel_configs")


def _authorized(whole: dict[str, Any]) -> dict[str, Any]:
    given = whole.get("authorization")
    return {**whole, "authorization": {"type": "Bearer", **given}} if isinstance(given, dict) else whole


def _with_timeout(whole: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    if not given.get("scrape_timeout"):
        whole["scrape_timeout"] = _shorter(_GLOBAL["scrape_timeout"], whole["scrape_interval"])
    return whole


def _shorter(timeout: Any, interval: Any) -> Any:
    """A time-out that was not given is at most the interval."""
    one, other = seconds(str(timeout)), seconds(str(interval))
    return interval if one is not None and other is not None and one > other else timeout


def _relabelled(whole: dict[str, Any], *keys: str) -> dict[str, Any]:
    rules = {
        key: [{**_RELABEL, **_table(rule)} for rule in whole[key]]
        for key in keys
        if isinstance(whole.get(key), list)
    }
    return {**whole, **rules}


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

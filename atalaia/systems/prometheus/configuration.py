"""Whether a Prometheus runs with the configuration that a file has, in meaning.

`GET /api/v1/status/config` gives the loaded configuration written anew: defaults filled in, durations in
other words, paths absolute, secrets as `<secret>` (prometheus 2.42, config/config.go, and
github.com/prometheus/common/config). Both sides are given the same defaults and then compared by names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from atalaia.environment.monitoring_secrecy import of_prometheus
from atalaia.systems.configuration.comparison import Reading, compare
from atalaia.systems.configuration.difference import Difference
from atalaia.systems.document import Unreadable
from atalaia.systems.lines import Path
from atalaia.systems.nesting import check_depth
from atalaia.systems.prometheus.configuration_defaults import completed, inherited
from atalaia.systems.prometheus.envelope import data

PATH = "/api/v1/status/config"
SECTIONS = ("global", "scrape_configs", "alerting", "rule_files")
"""Sections with defaults that are known here; of any other only what is meant is looked for."""

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_RELABELLING = ("relabel_configs", "metric_relabel_configs", "alert_relabel_configs", "write_relabel_configs")


def _only_meant(place: Path) -> bool:
    return place[0] not in SECTIONS or any(str(step).endswith("_sd_configs") for step in place)


_READING = Reading(
    covered=of_prometheus,
    named={"scrape_configs": "job_name"},
    known_by=dict.fromkeys(_RELABELLING, ("source_labels", "target_label", "regex", "replacement", "action")),
    # Relabelling joins the labels in their order, and its rules are steps.
    ordered=frozenset({*_RELABELLING, "source_labels"}),
    only_meant=_only_meant,
)


def read_loaded(body: bytes) -> Mapping[str, Any] | Unreadable:
    """The loaded configuration of an answer."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    text = found.get("yaml") if isinstance(found, dict) else None
    return read_configuration(text) if isinstance(text, str) else Unreadable("an answer without yaml")


@lru_cache(maxsize=8)
def read_configuration(text: str) -> Mapping[str, Any] | Unreadable:
    """The configuration of a file; not to be changed, as whoever asks gets the same."""
    try:
        check_depth(text)
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe one
    except (yaml.YAMLError, RecursionError, ValueError):
        return Unreadable("something else than YAML")
    if document is None:
        return {}
    return document if isinstance(document, dict) else Unreadable("YAML that is no mapping")


def differences(
    loaded: Mapping[str, Any], meant: Mapping[str, Any], section: str | None, apart: Iterable[str] = ()
) -> tuple[Difference, ...]:
    """Where what is loaded is not what is meant, in one section, or in all that SECTIONS has not.

    The scrape jobs in `apart` are left out.
    """
    running, wanted = _prepared(loaded, meant)
    names = (section,) if section else sorted(wanted.keys() - set(SECTIONS))
    return tuple(
        difference
        for name in names
        for difference in compare(_READING, wanted.get(name), running.get(name), name, (name,))
        if not any(difference.path.startswith(f"scrape_configs[{job}]") for job in apart)
    )


def differences_of_job(
    loaded: Mapping[str, Any], meant: Mapping[str, Any], job: str
) -> tuple[Difference, ...]:
    """Where a scrape job is not loaded as it is meant; nothing where either has no such job, or several."""
    running, wanted = _prepared(loaded, meant)
    there, (at, item) = _job(running, job)[1], _job(wanted, job)
    if there is None or item is None:
        return ()
    path, place = f"scrape_configs[{job}]", ("scrape_configs", at)
    return tuple(compare(_READING, item, there, path, place))


def _prepared(loaded: Mapping[str, Any], meant: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    running, wanted = completed(loaded), completed(meant)
    there, jobs = ({_name(each): each for each in _jobs(one)} for one in (running, wanted))
    for name in there.keys() & jobs.keys():
        one, other = there[name], jobs[name]
        for key in inherited(one, running) & inherited(other, wanted):
            del one[key], other[key]
    return running, wanted


def _jobs(configuration: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    items = configuration.get("scrape_configs")
    yield from (each for each in (items if isinstance(items, list) else ()) if isinstance(each, dict))


def _job(configuration: Mapping[str, Any], name: str) -> tuple[int, dict[str, Any] | None]:
    items = configuration.get("scrape_configs")
    numbered = enumerate(items if isinstance(items, list) else ())
    found = [(at, each) for at, each in numbered if _name(each) == name]
    return found[0] if len(found) == 1 else (0, None)


def _name(job: Any) -> str:
    return str(job.get("job_name") or "") if isinstance(job, dict) else ""

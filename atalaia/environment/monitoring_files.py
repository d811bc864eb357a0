"""The monitoring's own files, as they were when the environment was loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from atalaia.environment.guessable import guessable
from atalaia.environment.monitoring_secrecy import of_alertmanager, of_prometheus
from atalaia.environment.reading import read, short_path
from atalaia.environment.withheld import is_keyword, withheld
from atalaia.errors import UsageError

MAX_BYTES = 4 * 2**20
"""4 MiB a file."""

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_MOST_FILES = 500
_SECRETS = re.compile(
    r"""^[\s{,\-]*["']?(?:[a-z_]*(?:password|secret|credentials|token|key)|slack_api_url|bearer_token)["']?\s*:\s*"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s,}\]#][^,}\]#\n]*)""",
    re.MULTILINE,
)


@dataclass(frozen=True)
class SourceFile:
    """The text of a file, and what people call it."""

    text: str = field(repr=False)
    shown: str
    """Path as it stands in findings: deploy/prometheus/rules/slis.yml."""
    path: Path = Path()
    """Where it was read."""


@dataclass(frozen=True)
class MonitoringFiles:
    """What the environment's files say that Prometheus and the Alertmanager should run with."""

    prometheus: SourceFile | None = None
    rules: tuple[SourceFile, ...] = ()
    """The rule files that the configuration names, in its order."""
    alertmanager: SourceFile | None = None
    names: tuple[SourceFile, ...] = ()
    """The list of metrics, and after it those beside it, of exporters and others, which it may include."""

    def __iter__(self) -> Iterator[SourceFile]:
        """Every one of them."""
        yield from (each for each in (self.prometheus, *self.rules, self.alertmanager, *self.names) if each)

    def secrets(self) -> Iterator[str]:
        """What is taken out of everything that is written: credentials by their names, and whatever else may
        not be shown (see `monitoring_secrecy`) and is nothing that also stands elsewhere.
        """
        for file, covered in ((self.prometheus, of_prometheus), (self.alertmanager, of_alertmanager)):
            if file is not None:
                yield from _named(file.text)
                yield from withheld(file.text, covered)


def _named(text: str) -> Iterator[str]:
    """What stands under names of credentials, also behind where a text is no YAML any more."""
    for found in _SECRETS.finditer(text):
        value = found["value"].strip().strip("\"'")
        if not (is_keyword(value) or value.startswith(("&", "*", "{", "[", "|", ">")) or guessable(value)):
            yield value


def read_monitoring_files(
    prometheus: Path | None, alertmanager: Path | None, names: Path | None
) -> MonitoringFiles:
    """The files at these paths and those that they name.

    Raises UsageError where one cannot be read, where the configuration is no YAML, or where it names a
    rule file that is not there.
    """
    configuration = _source(prometheus, "a configuration of Prometheus") if prometheus else None
    return MonitoringFiles(
        prometheus=configuration,
        rules=tuple(_rules(prometheus, configuration)) if prometheus and configuration else (),
        alertmanager=_source(alertmanager, "a configuration of the Alertmanager") if alertmanager else None,
        names=tuple(_names(names)) if names else (),
    )


def _rules(path: Path, configuration: SourceFile) -> Iterator[SourceFile]:
    try:
        document = yaml.load(configuration.text, Loader=_LOADER)  # noqa: S506 - a safe one
    except yaml.YAMLError:
        raise UsageError("not YAML", where=configuration.shown) from None
    patterns = document.get("rule_files") if isinstance(document, dict) else None
    for pattern in patterns or ():
        found = sorted(path.parent.glob(pattern) if not Path(pattern).is_absolute() else _absolute(pattern))
        if not found:
            raise UsageError(f"no rule file is called {pattern}", where=configuration.shown)
        for file in found[:_MOST_FILES]:
            yield _source(file, "a rule file")


def _absolute(pattern: str) -> Iterator[Path]:
    return Path("/").glob(pattern.lstrip("/"))


def _names(path: Path) -> Iterator[SourceFile]:
    yield _source(path, "a list of metrics")
    others = (file for file in path.parent.glob("*.yml") if file.name != path.name)
    for file in sorted((*(path.parent / "exporters").glob("*.yml"), *others))[:_MOST_FILES]:
        yield _source(file, "a list of metrics")


def _source(path: Path, what: str) -> SourceFile:
    return SourceFile(read(path, MAX_BYTES, what), short_path(path), path)

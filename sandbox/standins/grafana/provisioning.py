"""What Grafana reads from its provisioning directory: data sources and dashboards."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any

import yaml

from atalaia.errors import UsageError


@dataclass(frozen=True)
class DataSource:
    """A data source, in the words of the API."""

    id: int
    uid: str
    name: str
    type: str
    url: str
    access: str
    default: bool
    json_data: Mapping[str, Any]


@dataclass(frozen=True)
class Dashboard:
    """A dashboard and the folder that its provider puts it in."""

    id: int
    uid: str
    title: str
    folder: str
    folder_uid: str
    provider: str
    file: str
    model: Mapping[str, Any]


@dataclass(frozen=True)
class Provisioned:
    """Everything found in a provisioning directory."""

    data_sources: tuple[DataSource, ...] = ()
    dashboards: tuple[Dashboard, ...] = ()

    def source(self, identity: str) -> DataSource | None:
        """The data source of this uid, or of this number."""
        found = (one for one in self.data_sources if identity in (one.uid, str(one.id)))
        return next(found, None)

    def with_new(self, kind: str, other: Provisioned) -> Provisioned:
        """The same with another's `dashboards` or `datasources`."""
        if kind == "dashboards":
            return replace(self, dashboards=other.dashboards)
        return replace(self, data_sources=other.data_sources)


def read(directory: Path, variables: Mapping[str, str]) -> Provisioned:
    """Read the directory; $NAME and ${NAME} are filled in. Raises UsageError, naming the file."""
    variables = {"GF_PATHS_PROVISIONING": str(directory), **variables}
    sources = [
        source
        for path in _files(directory / "datasources")
        for source in _read(path, variables).get("datasources") or ()
    ]
    dashboards: list[Dashboard] = []
    for path in _files(directory / "dashboards"):
        for provider in _read(path, variables).get("providers") or ():
            _provide(provider, path, dashboards)
    return Provisioned(
        tuple(_source(number, given, directory) for number, given in enumerate(sources, 1)), tuple(dashboards)
    )


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def _read(path: Path, variables: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(Template(path.read_text()).safe_substitute(variables))
    except (OSError, yaml.YAMLError) as error:
        raise UsageError(f"cannot be read: {type(error).__name__}", where=str(path)) from None
    if not isinstance(document, dict):
        raise UsageError("not a provisioning file", where=str(path))
    return document


def _source(number: int, given: Any, directory: Path) -> DataSource:
    try:
        return DataSource(
            id=number,
            uid=given.get("uid") or _uid(given["name"]),
            name=given["name"],
            type=given["type"],
            url=given.get("url") or "",
            access=given.get("access") or "proxy",
            default=bool(given.get("isDefault")),
            json_data=given.get("jsonData") or {},
        )
    except (KeyError, TypeError, AttributeError):
        raise UsageError(
            f"data source {number} needs a name and a type", where=str(directory / "datasources")
        ) from None


def _provide(provider: Any, path: Path, found: list[Dashboard]) -> None:
    try:
        folder, name = provider.get("folder") or "", provider.get("name") or "default"
        where = Path(provider["options"]["path"])
    except (KeyError, TypeError, AttributeError):
        raise UsageError("a provider needs options.path", where=str(path)) from None
    # Grafana resolves a relative path from its home; here it is the directory of the file that says so.
    where = where if where.is_absolute() else path.parent / where
    for file in sorted(where.rglob("*.json")):
        try:
            model = json.loads(file.read_text())
            title = model["title"]
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError("not a dashboard: JSON with a title", where=str(file)) from None
        number = len(found) + 1
        uid = model.get("uid") or _uid(title)
        model = {**model, "uid": uid, "id": number, "version": model.get("version") or 1}
        folder_uid = _uid(folder) if folder else ""
        found.append(Dashboard(number, uid, title, folder, folder_uid, name, file.name, model))


def slug(title: str) -> str:
    """The last part of a dashboard's address."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _uid(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:14]

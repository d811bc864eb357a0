"""What a gateway serves, from the lists of its Admin API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atalaia.systems.kong import build, schema
from atalaia.systems.kong.entities import Configuration, Document
from atalaia.systems.kong.paths import compiles
from atalaia.systems.kong.problems import Problem
from atalaia.systems.kong.records import CREDENTIALS, TLS, Record
from atalaia.systems.lines import Path

KINDS = ("services", "routes", "consumers", "plugins", "upstreams", "targets")
"""What others refer to comes first."""
PRIVATE = (*CREDENTIALS, *TLS)
"""What is only compared with the file: most of it is secret; without its plugin Kong has no such list."""

Lists = Mapping[str, Sequence[Mapping[str, Any]]]
"""Kind → its entities as the Admin API lists them; a kind that was not asked for is absent."""


def configuration(lists: Lists) -> Configuration:
    """The entities of these lists, with Kong 3.4's defaults for what an older or newer Kong leaves out.

    Fields that 3.4 does not know stay in the documents. Raises ValueError where something is not what Kong
    lists.
    """
    records = _Listed({kind: list(_records(kind, lists.get(kind, ()))) for kind in (*KINDS, *PRIVATE)})
    text = json.dumps({kind: [dict(it) for it in listed] for kind, listed in lists.items()}, sort_keys=True)
    try:
        found = build.configuration(
            records,
            digest=hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
            format_version="3.0",
            loaded_at=0,
        )
    except (TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ValueError(f"an entity that is not Kong's ({type(error).__name__})") from None
    for route in found.routes:
        for path in route.paths:
            _check_expression(route.id, path)
    return found


class _Listed:
    """Records by kind, in the order of the lists."""

    def __init__(self, records: Mapping[str, list[Record]]) -> None:
        self._records = records

    def of(self, entity: str) -> Iterator[Record]:
        return iter(self._records.get(entity, ()))

    def places(self) -> dict[str, Path]:
        return {}


def _records(kind: str, documents: Sequence[Mapping[str, Any]]) -> Iterator[Record]:
    for position, document in enumerate(documents):
        place = f"{kind}[{position}]"
        if not isinstance(document, Mapping) or not isinstance(document.get("id"), str):
            raise ValueError(f"{place}: no entity: an object with an id")  # noqa: TRY004 - a document
        yield Record(kind, (kind, position), _filled(kind, document, place), document["id"])


def _filled(kind: str, document: Mapping[str, Any], place: str) -> dict[str, Any]:
    fields = schema.fields_of(kind)
    faults: list[Problem] = []
    known = {name: value for name, value in document.items() if name in fields and name != "config"}
    filled: Document = schema.fill(fields, known, (), faults.append)
    for fault in faults:
        # What another version of Kong allows is no fault: only what the model could not use.
        if fault.message.startswith("expected a") or fault.message == "required field missing":
            raise ValueError(f"{place}.{'.'.join(map(str, fault.path))}: {fault.message}")
    record = {**document, **filled}
    if kind == "plugins":
        record["config"] = _configured(record["name"], document.get("config"), place)
    return record


def _configured(plugin: str, config: Any, place: str) -> dict[str, Any]:
    """A plugin's settings as they are listed, with the defaults of those that are not."""
    if config is None or config == []:
        config = {}
    if not isinstance(config, dict):
        raise ValueError(f"{place}.config: expected a record")  # noqa: TRY004 - a document
    if schema.plugin_schema(plugin) is None:
        return config
    field = schema.fields_of(plugin, plugin=True)["config"]
    filled = schema.fill({"config": field}, {"config": {}}, (), lambda fault: None)["config"]
    return {**filled, **config}


def _check_expression(route: str, path: str) -> None:
    if path.startswith("~") and not compiles(path[1:]):
        raise ValueError(f"routes/{route}: a regular expression that is not understood here")

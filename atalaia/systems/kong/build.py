"""Typed entities from the records of a declarative file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from atalaia.systems.kong.entities import (
    Configuration,
    Consumer,
    Credential,
    Document,
    Plugin,
    Route,
    Service,
    Target,
    TlsEntity,
    Upstream,
)
from atalaia.systems.kong.records import CREDENTIALS, TLS, Record
from atalaia.systems.lines import Path


class Source(Protocol):
    """Where records come from: a file, or lists of the Admin API."""

    def of(self, entity: str) -> Iterator[Record]:
        """The records of one kind, in their order."""

    def places(self) -> dict[str, Path]:
        """Id → where the entity stands in the file; empty where there is none."""


def configuration(records: Source, *, digest: str, format_version: str, loaded_at: float) -> Configuration:
    """The configuration that these records make; `loaded_at` (Unix seconds) dates what carries no date:
    targets to the millisecond, all else to the second."""

    def documents(entity: str) -> list[Document]:
        at = round(loaded_at, 3) if entity == "targets" else int(loaded_at)
        return [_document(record, at) for record in records.of(entity)]

    return Configuration(
        hash=digest,
        format_version=format_version,
        services=tuple(map(_service, documents("services"))),
        routes=tuple(map(_route, documents("routes"))),
        plugins=tuple(map(_plugin, documents("plugins"))),
        upstreams=tuple(map(_upstream, documents("upstreams"))),
        targets=tuple(map(_target, documents("targets"))),
        consumers=tuple(map(_consumer, documents("consumers"))),
        credentials=tuple(
            Credential(kind, document["id"], _id(document.get("consumer")), document)
            for kind in CREDENTIALS
            for document in documents(kind)
        ),
        tls=tuple(TlsEntity(kind, document["id"], document) for kind in TLS for document in documents(kind)),
        places=records.places(),
    )


def _document(record: Record, loaded_at: float) -> Document:
    """The entity as the Admin API lists it."""
    fields: dict[str, Any] = dict(record.fields)
    fields["id"] = record.id
    for stamp in ("created_at", "updated_at"):
        if stamp in fields and fields[stamp] is None:
            fields[stamp] = loaded_at
    return fields


def _service(it: Document) -> Service:
    return Service(
        id=it["id"], name=it["name"] or "", protocol=it["protocol"], host=it["host"], port=int(it["port"]),
        path=it["path"], retries=int(it["retries"]), connect_timeout=int(it["connect_timeout"]),
        write_timeout=int(it["write_timeout"]), read_timeout=int(it["read_timeout"]), enabled=it["enabled"],
        document=it,
    )  # fmt: skip


def _route(it: Document) -> Route:
    return Route(
        id=it["id"], name=it["name"] or "", service=_id(it["service"]), protocols=tuple(it["protocols"]),
        methods=tuple(it["methods"] or ()), hosts=tuple(it["hosts"] or ()), paths=tuple(it["paths"] or ()),
        headers={name: tuple(values or ()) for name, values in (it["headers"] or {}).items()},
        snis=tuple(it["snis"] or ()), strip_path=it["strip_path"], preserve_host=it["preserve_host"],
        regex_priority=int(it["regex_priority"]),
        https_redirect_status_code=int(it["https_redirect_status_code"]), document=it,
    )  # fmt: skip


def _plugin(it: Document) -> Plugin:
    return Plugin(
        id=it["id"], name=it["name"], instance_name=it["instance_name"], route=_id(it.get("route")),
        service=_id(it.get("service")), consumer=_id(it.get("consumer")), enabled=it["enabled"],
        config=it["config"] or {}, document=it,
    )  # fmt: skip


def _upstream(it: Document) -> Upstream:
    return Upstream(it["id"], it["name"], it["host_header"], it["healthchecks"] or {}, it)


def _target(it: Document) -> Target:
    target = it["target"]
    if target.rpartition(":")[0] in ("", target) or target.endswith("]"):
        target += ":8000"  # Kong's default port of a target
    return Target(it["id"], _id(it["upstream"]) or "", target, int(it["weight"]), {**it, "target": target})


def _consumer(it: Document) -> Consumer:
    return Consumer(it["id"], it["username"], it["custom_id"], it)


def _id(reference: Any) -> str | None:
    return reference["id"] if isinstance(reference, dict) else None

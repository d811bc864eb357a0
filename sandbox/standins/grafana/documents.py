"""What Grafana's API tells of data sources and dashboards."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from sandbox.standins.grafana.provisioning import Dashboard, DataSource, Provisioned, slug

_LARGEST_SEARCH = 5000


def source_document(source: DataSource) -> dict[str, Any]:
    """A data source, as in `/api/datasources/uid/UID`."""
    return {
        "id": source.id, "uid": source.uid, "orgId": 1, "name": source.name, "type": source.type,
        "typeName": source.type.capitalize(), "access": source.access, "url": source.url, "user": "",
        "database": "", "basicAuth": False, "isDefault": source.default, "jsonData": source.json_data,
        "readOnly": True,
    }  # fmt: skip


def dashboard_document(board: Dashboard, *, provisioned: bool = True) -> dict[str, Any]:
    """A dashboard and what is known about it, as in `/api/dashboards/uid/UID`."""
    return {
        "meta": {
            "type": "db", "canSave": False, "canEdit": True, "canAdmin": True, "slug": slug(board.title),
            "url": _address(board), "version": board.model["version"], "folderId": 0,
            "folderUid": board.folder_uid, "folderTitle": board.folder or "General",
            "provisioned": provisioned, "provisionedExternalId": board.file if provisioned else "",
        },
        "dashboard": board.model,
    }  # fmt: skip


def search(provisioned: Provisioned, query: str) -> list[dict[str, Any]]:
    """Dashboards by a part of their title, as in `/api/search`."""
    given = parse_qs(query)
    wanted, kind = given.get("query", [""])[0].lower(), given.get("type", ["dash-db"])[0]
    limit = given.get("limit", ["1000"])[0]
    size = min(int(limit) if limit.isascii() and limit.isdigit() else 1000, _LARGEST_SEARCH)
    if kind != "dash-db":
        return []
    found = [board for board in provisioned.dashboards if wanted in board.title.lower()]
    return [_hit(board) for board in sorted(found, key=lambda board: board.title)[:size]]


def _address(board: Dashboard) -> str:
    return f"/d/{board.uid}/{slug(board.title)}"


def _hit(board: Dashboard) -> dict[str, Any]:
    hit = {
        "id": board.id, "uid": board.uid, "title": board.title, "uri": f"db/{slug(board.title)}",
        "url": _address(board), "slug": "", "type": "dash-db", "tags": board.model.get("tags") or [],
        "isStarred": False, "sortMeta": 0,
    }  # fmt: skip
    if board.folder:
        hit |= {"folderUid": board.folder_uid, "folderTitle": board.folder}
    return hit

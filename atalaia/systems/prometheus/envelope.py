"""What Prometheus' HTTP API wraps every answer in.

prometheus.io/docs/prometheus/latest/querying/api: `{status, data, errorType, error, warnings}`.
"""

from __future__ import annotations

from typing import Any

from atalaia.systems.document import Unreadable, excerpt, json_object


def data(body: bytes) -> Any | Unreadable:
    """The `data` of an answer; why there is none, where it says that it failed or is another document."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    if document.get("status") == "error":
        said = f"{document.get('errorType')}: {document.get('error')}"
        return Unreadable(f"an error instead of data: {excerpt(said.encode(), 200)}")
    if document.get("status") != "success" or "data" not in document:
        return Unreadable("a document that is no answer of Prometheus' API")
    return document["data"]

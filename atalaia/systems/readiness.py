"""How the monitoring systems say that they are ready: path, status and body of each."""

from __future__ import annotations

from atalaia.systems.document import Unreadable, excerpt, json_object

READY_PATHS = {
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "grafana": "/api/health",
    "pushgateway": "/-/ready",
}
"""Where each system says it."""


def not_ready(system: str, status: int, body: bytes) -> str | None:
    """Why an answer does not say that the system is ready; None where it does.

    The body is read too: a web server that answers 200 to every path is no Prometheus.
    """
    if system == "grafana":
        return _grafana(status, body)
    word = b"is Ready" if system == "prometheus" else b"OK"
    if status == 200 and word in body[:200] and b"<" not in body[:200]:
        return None
    return f"{status}: {excerpt(body) or 'an empty body'}"


def _grafana(status: int, body: bytes) -> str | None:
    document = json_object(body)
    if isinstance(document, Unreadable):
        return f"{status} with {document}"
    database = document.get("database")
    if status == 200 and database == "ok":
        return None
    return f"{status} and “database: {str(database)[:40]}”"

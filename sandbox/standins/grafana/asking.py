"""What Grafana asks its data sources for others: the proxy, their health, queries.

Sources, of Grafana 10.4: docs/sources/developers/http_api/data_source.md; of the proxy
pkg/services/datasourceproxy/datasourceproxy.go, pkg/api/pluginproxy/ds_proxy.go and the routes in
public/app/plugins/datasource/prometheus/plugin.json; of health pkg/promlib/healthcheck.go and
pkg/api/datasources.go (400 where it is not well); of queries query.py and frames.py.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.standins.grafana.frames import Asked, SourceError, frames
from sandbox.standins.grafana.provisioning import DataSource, Provisioned
from sandbox.standins.grafana.query import BadRequest, Query, Request, calls, read
from sandbox.standins.grafana.source import Sources, Unreachable
from sandbox.standins.http.message import Headers, Response, json_response
from sandbox.standins.http.message import Request as HttpRequest

_POSTS = ("api/v1/query", "api/v1/query_range", "api/v1/series", "api/v1/labels", "api/v1/query_exemplars")
_HEALTHY = "Successfully queried the Prometheus API."
_UNHEALTHY = "There was an error returned querying the Prometheus API."
_FORM = "application/x-www-form-urlencoded"


class Asking:
    """Answers that need a data source."""

    def __init__(self, sources: Sources, headers: Headers) -> None:
        self._sources = sources
        self._headers = headers
        self.behind = 0.0
        """Seconds by which answers of the proxy to queries of a moment are old, as a cache's before it."""

    async def proxied(self, source: DataSource | None, rest: str, request: HttpRequest) -> Response:
        """The data source's own answer to a request below it."""
        if source is None:
            return self._respond(404, {"message": "Unable to find datasource"})
        if request.method not in ("GET", "HEAD") and not rest.startswith(_POSTS):
            what = f"non allow-listed {request.method}s not allowed on proxied Prometheus datasource"
            return self._respond(403, {"message": what})
        query = _earlier(request.query, self.behind) if self.behind else request.query
        target = f"{rest}?{query}" if query else rest
        kind = request.header("content-type") or ""
        try:
            answer = await self._sources.ask(source, request.method, target, bytes(request.body), kind)
        except Unreachable:
            return Response(502, [*self._headers], b"")
        if answer.status == 401:
            # Else a browser would take it for Grafana's own, and log its user out.
            return Response(400, [*self._headers], b"Authentication to data source failed")
        return Response(answer.status, [*self._headers, ("Content-Type", answer.content_type)], answer.body)

    async def health(self, source: DataSource | None) -> Response:
        """Whether a data source answers a query for 1+1."""
        if source is None:
            return self._respond(404, {"message": "Data source not found"})
        form = urlencode({"query": "1+1", "time": "4"}).encode()
        try:
            answer = await self._sources.ask(source, "POST", "api/v1/query", form, _FORM)
            frames(Asked("__healthcheck__", "1+1", "", 1), answer)
        except (Unreachable, SourceError) as error:
            return self._respond(400, {"status": "ERROR", "message": f"{error} - {_UNHEALTHY}"})
        return self._respond(200, {"status": "OK", "message": _HEALTHY})

    async def queried(self, provisioned: Provisioned, body: bytes) -> Response:
        """The results of the queries of a body, as frames."""
        try:
            request = read(body, time.time())
        except BadRequest as error:
            identity = {"messageId": error.id, "statusCode": 400, "traceID": ""} if error.id else {}
            return self._respond(400, {"message": str(error), **identity})
        results = {}
        for query in request.queries:
            source = provisioned.source(query.source)
            if source is None:
                return self._respond(404, {"message": "Data source not found"})
            results[query.ref] = await self._result(request, query, source)
        status = 400 if any("error" in result for result in results.values()) else 200
        return self._respond(status, {"results": results})

    async def _result(self, request: Request, query: Query, source: DataSource) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        try:
            for path, form, asked in calls(request, query, source):
                answer = await self._sources.ask(source, "POST", path, form.encode(), _FORM)
                found += frames(asked, answer)
        except Unreachable as error:
            return {"error": str(error), "status": 500, "frames": []}
        except SourceError as error:
            return {"error": str(error), "status": error.status, "frames": []}
        return {"status": 200, "frames": found}

    def _respond(self, status: int, document: object) -> Response:
        return json_response(status, document, self._headers)


def _earlier(query: str, seconds: float) -> str:
    """The same query, of an earlier moment where it names one."""
    return urlencode(
        [(name, str(float(value) - seconds) if name == "time" else value) for name, value in parse_qsl(query)]
    )

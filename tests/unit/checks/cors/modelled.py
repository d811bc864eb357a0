"""Checks of CORS, played on the model of Kong: what a file means is what is seen, without any network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from atalaia.checks.check import Check, Verdict
from atalaia.environment import Environment
from atalaia.environment.gateway_file import GatewayFile
from atalaia.exchange.answering import answered_by
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.response import Response
from atalaia.systems.kong.declarative import load
from tests.support.kong_recordings import Recorded
from tests.support.modelled_kong import ModelledKong

APP = "https://app.example"
POLICY: dict[str, Any] = {
    "origins": [APP], "credentials": True, "methods": ["GET", "PUT"],
    "headers": ["Authorization", "X-Clinic-ID"], "exposed_headers": ["Retry-After"], "max_age": "10m",
}  # fmt: skip
CORS = (
    'origins: ["https://app.example"], credentials: true, methods: [GET, PUT], '
    "headers: [Authorization, X-Clinic-ID], exposed_headers: [Retry-After], max_age: 600"
)
"""The plugin's settings as the policy has them."""


def file_of(cors: str = CORS, *, more: str = "", users: str = "", clinics: str = "paths: [/clinics]") -> str:
    """A declarative file: routes /clinics and /users, a global cors plugin with these settings."""
    plugin = f"- name: cors\n  config: {{{cors}}}\n" if cors else ""
    return f"""\
_format_version: "3.0"
services:
- name: a
  url: http://a.test:3001
  routes:
  - name: clinics
    {clinics}
    strip_path: false
  - name: users
    paths: [/users]
    strip_path: false
    {users}
plugins:
{plugin}- name: correlation-id
{more}"""


@dataclass(frozen=True)
class Modelled:
    """An environment, the file that it names, and what Kong really has loaded."""

    file: str = file_of()
    live: str = ""
    """Another file that Kong has loaded; empty: the same."""
    policy: tuple[tuple[str, Any], ...] = ()
    """Changes to the policy."""
    version: str | None = None
    declared: bool = True
    """Whether the environment names the file."""

    @property
    def environment(self) -> Environment:
        """The environment."""
        document = {
            "name": "modelled",
            "safety": "sandbox",
            "services": {"a": {"url": "http://a.test:3001"}},
            "gateway": {
                "nodes": [{"proxy": "http://kong.test:8000", "admin": "http://kong.test:8001"}],
                **({"version": self.version} if self.version else {}),
            },
            "cors": {"app": {**POLICY, **dict(self.policy)}},
            "route_classes": {"api": {"cors": "app"}},
            "routes": [{"path": path, "service": "a", "class": "api"} for path in ("/clinics", "/users")],
        }
        loaded = Environment.model_validate_json(json.dumps(document))
        return loaded.completed(GatewayFile(self.file, "kong.yml")) if self.declared else loaded

    def judge(self, check: Check, target: str) -> Verdict:
        """What a check makes of it at a target."""
        environment = self.environment
        seen = tuple(self._see(one) for one in check.observes(environment, target))
        return check.judge(seen, check.expects(environment, target))

    def _see(self, observable: Any) -> Exchange:
        assert isinstance(observable, HttpRequest)
        return see(observable, self.live or self.file)


def see(request: HttpRequest, file: str) -> Exchange:
    """What a request gets of a Kong that has loaded this file."""
    headers = [("Host", request.url.authority), *request.headers]
    asked = Recorded(0, "", "", "", 0.0, request.method, request.target, headers, "", None, "", [], "")
    said = ModelledKong(load(file)).answer(asked)
    assert said.status is not None
    response = Response(status=said.status, headers=tuple(said.headers), body=said.body.encode())
    return Exchange(
        method=request.method,
        url=str(request.url),
        request_id="1",
        sent=request.headers,
        response=response,
        answered_by=answered_by(request.hop, response),
        elapsed=0.01,
    )

"""Tokens and tenants of a load test: made by the declared secret, or given by the declared login."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from dataclasses import replace
from typing import Any

from atalaia.checks.routes import bearer_of
from atalaia.environment import Effect, Environment
from atalaia.environment.authentication import Authentication
from atalaia.exchange.bearer import mint
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.step import Step
from atalaia.exchange.timed import send
from atalaia.run.network import network_of
from loadtests.plan import Table
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.target import Target

TOKEN, TENANT = "atalaia-token", "atalaia-tenant"
"""Columns of the table that a scheme's tokens are taken from, in turn."""
_MARGIN = 120.0
"""Seconds for which a token is good beyond the load: for its beginning, and for other machines' clocks."""
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def tokens(name: str, target: Target, environment: Environment, *, lasts: float, entry: int) -> Table:
    """A token for each tenant of a scheme, good for the whole load; one token where there are no tenants.

    Made by the scheme's secret; where that is not declared, the login is sent to the target, which yields
    one. Raises Mistake where there is neither, or the login yields none that lasts.
    """
    scheme = environment.authentication[name]
    if scheme.secret is not None:
        tenants = scheme.tenants or ("",)
        rows = tuple((_made(scheme, tenant or None, name, lasts, entry), tenant) for tenant in tenants)
    elif scheme.login is not None:
        rows = ((_given(scheme, name, target, environment, lasts, entry), (scheme.tenants or ("",))[0]),)
    else:
        what = f"it takes a token, and authentication.{name} of the environment tells no way to one"
        hint = "declare its secret or its login, or send the request with `anonymous: true`"
        raise Mistake(what, "mix", entry, hint=hint)
    return Table(columns=(TOKEN, TENANT), rows=rows)


def _made(scheme: Authentication, tenant: str | None, name: str, lasts: float, entry: int) -> str:
    bearer = bearer_of(scheme, tenant=tenant)
    assert bearer is not None, "the scheme has a secret"
    longer = max(bearer.lifetime, lasts + _MARGIN)
    try:
        return mint(replace(bearer, lifetime=longer))
    except ValueError as error:
        raise Mistake(f"authentication.{name} of the environment: {error}", "mix", entry) from None


def _given(
    scheme: Authentication, name: str, target: Target, environment: Environment, lasts: float, entry: int
) -> str:
    login = scheme.login
    assert login is not None, "the caller has looked"
    assert login.path is not None, "the environment's loader asks for it"
    if not (login.harmless or login.method in _SAFE or environment.allows(Effect.WRITES)):
        what = f"authentication.{name}.login writes, and safety is {environment.safety.value}"
        hint = "`harmless: true` there where it changes nothing, or a secret that tokens are made with"
        raise Mistake(what, "mix", entry, hint=hint)
    body = None if login.json_body is None else json.dumps(login.json_body).encode()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    request = HttpRequest(
        key=f"login of {name}",
        hop=Hop.UNKNOWN,
        method=login.method,
        url=target.url,
        target=target.path(login.path),
        headers=tuple((headers | dict(login.headers)).items()),
        body=body,
    )
    network = network_of(environment, None, "load")
    answer = asyncio.run(send(Step.first(request.sends, network), network))
    where = f"the login of authentication.{name} at {target.endpoint}"
    if answer.response is None:
        raise Mistake(f"{where} was not answered: {answer.failure}", "mix", entry)
    if not 200 <= answer.response.status < 300:
        raise Mistake(f"{where} was answered with {answer.response.status}, not with 2xx", "mix", entry)
    token = _token_in(answer.response)
    if token is None:
        raise Mistake(f"{where} gave no token", "mix", entry, allowed="a JSON document with a JSON Web Token")
    left = _left(token)
    if left is not None and left < lasts:
        what = f"{where} gave a token that is good for {left:.0f} s, and the load lasts {lasts:.0f} s"
        raise Mistake(
            what, "mix", entry, hint=f"a shorter load, or authentication.{name}.secret, to make tokens"
        )
    return token


def _token_in(response: Any) -> str | None:
    """The access token in an answer: the first JSON Web Token that is not called a refresh token."""
    from atalaia.checks.authentication.login import texts_of  # brings most of the gateway's checks with it

    try:
        document = response.json()
    except ValueError:
        return None
    found = [(key, text) for key, text in texts_of(document) if _TOKEN.fullmatch(text)]
    return next((text for key, text in found if "refresh" not in key.lower()), None)


def _left(token: str) -> float | None:
    """Seconds until a token ends; None where it does not say."""
    part = token.split(".")[1]
    try:
        ends = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).get("exp")
    except (ValueError, AttributeError):
        return None
    return ends - time.time() if isinstance(ends, (int, float)) else None

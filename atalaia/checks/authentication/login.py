"""The login: the request that yields tokens, and the tokens in its answer."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.certificates import reachable
from atalaia.checks.check import NotDeclared
from atalaia.checks.gateway import ready
from atalaia.checks.observables import get
from atalaia.checks.routes import costs_at, first_node, routes, sample
from atalaia.checks.routing.reached import answered
from atalaia.environment import Environment
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.response import Response
from atalaia.redaction import MARK

_TOKEN = re.compile(r"eyJ[\w-]+\.[\w\[\]-]+\.[\w\[\]-]*")
_CLAIM = re.compile(rb'"(iat|exp)":\s*(\d{1,12})\s*[,}]')
_DEPTH = 8


@dataclass(frozen=True)
class Issued:
    """A token that an answer gives away; its signature was taken out when the answer was kept."""

    name: str
    """The key that it stands under: accessToken."""
    issued: int | None
    """`iat`, Unix seconds."""
    ends: int | None
    """`exp`."""

    @property
    def refreshes(self) -> bool:
        """Whether it is a refresh token, by its name."""
        return "refresh" in self.name.lower()


def schemes_with_login(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """The schemes that declare the request that yields a token."""
    if not environment.gateway_nodes():
        return NotDeclared("gateway")
    found = tuple(name for name, scheme in environment.authentication.items() if scheme.login)
    return found or NotDeclared("authentication with login")


def login(environment: Environment, name: str) -> HttpRequest:
    """A scheme's login; the sample of a route where that is the same request, so that it is sent once."""
    if (target := _route(environment, name)) is not None:
        return sample(environment, target)
    wanted = environment.authentication[name].login
    assert wanted is not None, "the check's targets have one"
    assert wanted.path is not None, "the loader asks for it"
    node = first_node(environment)
    body = None if wanted.json_body is None else json.dumps(wanted.json_body).encode()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    return get(environment, node, wanted.path).model_copy(
        update={
            "key": f"{wanted.method} {node} {wanted.path} for the login of {name}",
            "method": wanted.method,
            "harmless": wanted.harmless,
            "headers": tuple((headers | dict(wanted.headers)).items()),
            "body": body,
            "costs": costs_at(environment, node, wanted.path, wanted.method),
        }
    )


def let_in(environment: Environment, name: str) -> Needs:
    """What must hold before the login's answer says anything."""
    if (target := _route(environment, name)) is not None:
        return answered(environment, target)
    node = first_node(environment)
    return all_of(reachable(environment, node), ready(environment, node.removesuffix("-proxy")))


def _route(environment: Environment, name: str) -> str | None:
    wanted, named = environment.authentication[name].login, routes(environment)
    from_routes = zip(named, environment.routes, strict=True) if isinstance(named, tuple) else ()
    return next((target for target, declared in from_routes if declared.sample == wanted), None)


def tokens(response: Response) -> tuple[Issued, ...]:
    """The tokens in an answer's JSON document, by the keys that they stand under."""
    try:
        document = response.json()
    except ValueError:
        return ()
    return tuple(Issued(name, *_times(text)) for name, text in texts_of(document) if _TOKEN.fullmatch(text))


def texts_of(document: object) -> Iterator[tuple[str, str]]:
    """The texts of a document, each with the key that it stands under."""
    yield from _texts("", document, 0)


def _texts(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEPTH:
        return
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(str(key), item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item, depth + 1)


def _times(token: str) -> tuple[int | None, int | None]:
    """`iat` and `exp` of a token, as far as they can be read.

    A claim that is a secret elsewhere was taken out of the middle; what is left begins anywhere in a
    group of four digits.
    """
    found: dict[bytes, int] = {}
    for piece in token.split(".")[1].split(MARK):
        for skipped in range(4):
            for claim, value in _CLAIM.findall(_decoded(piece[skipped:])):
                found.setdefault(claim, int(value))
    return found.get(b"iat"), found.get(b"exp")


def _decoded(digits: str) -> bytes:
    whole = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4))

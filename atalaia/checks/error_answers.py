"""The error answers that are provoked without disturbing anything: by which request, and after what.

Whoever judges errors takes them from here: 401, 404 and 5xx of every node and every front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.authentication.protected import protected
from atalaia.checks.authentication.refused import NOT_REQUIRED
from atalaia.checks.exposure import WELL_KNOWN
from atalaia.checks.fronts import front_itself, front_needs, fronts
from atalaia.checks.provoked import UNKNOWN, dead_upstream, nowhere, unknown_path, without_token
from atalaia.checks.routes import FRONT, first_node, first_of_classes
from atalaia.checks.routing.unknown import UNKNOWN_PATH_ANSWERED
from atalaia.checks.routing.upstreams import dies
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.limits import backend_of

_REFUSED = range(401, 404)
_NOT_FOUND = range(404, 405)
_OUTAGE = range(500, 600)


@dataclass(frozen=True)
class ErrorAnswer:
    """An error answer: who gives it, how it is provoked, and what must hold first."""

    endpoint: str
    request: HttpRequest
    statuses: range
    needs: Needs
    route: str = ""
    """The route that refuses; empty: no route's."""
    first: str = ""
    """The same error where it is looked at first: at the first node, at the front over TLS."""


@per_environment
def error_answers(environment: Environment) -> Mapping[str, ErrorAnswer]:
    """`401 at /api/v1/users`, `404 at kong-1`, `5xx at load-balancer`, by their names."""
    return dict((*_refusals(environment), *_of_nodes(environment), *_of_fronts(environment)))


def _refusals(environment: Environment) -> Iterator[tuple[str, ErrorAnswer]]:
    """Every route's at the first node, one of each class at the others."""
    named = protected(environment)
    targets = named if isinstance(named, tuple) else ()
    for endpoint in _nodes(environment):
        elsewhere = endpoint != first_node(environment)
        for target in first_of_classes(environment, targets) if elsewhere else targets:
            request = without_token(environment, target, endpoint if elsewhere else None)
            assert request is not None, "it asks for a token"
            name, needs = f"401 at {target}", ((NOT_REQUIRED, target),)
            if elsewhere:
                one = ErrorAnswer(endpoint, request, _REFUSED, needs, target, name)
                yield f"{name} at {endpoint.removesuffix('-proxy')}", one
            else:
                yield name, ErrorAnswer(endpoint, request, _REFUSED, needs, target)


def _of_nodes(environment: Environment) -> Iterator[tuple[str, ErrorAnswer]]:
    first = next(iter(environment.gateway_nodes()), "")
    for endpoint in _nodes(environment):
        node = endpoint.removesuffix("-proxy")
        needs: Needs = ((UNKNOWN_PATH_ANSWERED, endpoint),)
        like = "" if node == first else f" at {first}"
        unknown = unknown_path(environment, endpoint)
        yield f"404 at {node}", ErrorAnswer(endpoint, unknown, _NOT_FOUND, needs, first=like and f"404{like}")
        if (dead := dead_upstream(environment, endpoint)) is not None:
            needs = dies(environment, endpoint)
            yield f"5xx at {node}", ErrorAnswer(endpoint, dead, _OUTAGE, needs, first=like and f"5xx{like}")


def _of_fronts(environment: Environment) -> Iterator[tuple[str, ErrorAnswer]]:
    first = next(iter(fronts(environment)), "")
    for front in fronts(environment):
        like, itself = "" if front == first else f" at {first}", front_itself(environment, front)
        if backend_of(environment, UNKNOWN) is not None and environment.gateway_nodes():
            needs = all_of(((UNKNOWN_PATH_ANSWERED, FRONT),), front_needs(environment, UNKNOWN, front))
            unknown = unknown_path(environment, front)
            yield (
                f"404 at {front}",
                ErrorAnswer(front, unknown, _NOT_FOUND, needs, first=like and f"404{like}"),
            )
        if backend_of(environment, WELL_KNOWN[0]) is None:
            own = nowhere(environment, front)
            yield (
                f"own 404 at {front}",
                ErrorAnswer(front, own, range(400, 500), itself, first=like and f"own 404{like}"),
            )
        if (dead := dead_upstream(environment, front)) is not None:
            needs = all_of(itself, dies(environment, FRONT))
            yield f"5xx at {front}", ErrorAnswer(front, dead, _OUTAGE, needs, first=like and f"5xx{like}")


def _nodes(environment: Environment) -> tuple[str, ...]:
    return tuple(f"{node}-proxy" for node in environment.gateway_nodes())

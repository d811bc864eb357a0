"""What the gateway's configuration says of tokens, for every method and path of a declared route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs
from atalaia.checks.authentication.protected import protected, scheme
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.configured import configured, unless_given
from atalaia.checks.routes import class_of, policy_of, route
from atalaia.checks.routing.leading import Declared, declared, led
from atalaia.checks.routing.reached import NOT_IN_FILE
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.kong.entities import Plugin, Route
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.plugins.authenticators import AUTHENTICATORS
from atalaia.systems.limits import route_of

_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Way:
    """A request of the declared route, and the route of the gateway that takes it."""

    request: str
    """`POST /api/v1/users`."""
    entity: Route
    plugins: dict[str, Plugin]
    """Those that are effective for whom the gateway does not know yet, by name."""

    @property
    def name(self) -> str:
        """The route's name, or its id."""
        return self.entity.name or self.entity.id


@dataclass(frozen=True)
class Protected:
    """A route that asks for a token, as it is declared."""

    declared: Declared
    paths: tuple[str, ...]
    methods: tuple[str, ...]
    cors: bool


def _enforced(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = protected(environment)
    if isinstance(found, NotDeclared):
        return found
    able = tuple(target for target in found if scheme(environment, target).hop == "gateway")
    if able:
        return able
    return NotDeclared(f"authentication.{class_of(environment, found[0]).authentication}.hop: gateway")


def of_gateway(environment: Environment, check: Check, target: str) -> Needs:
    """That a check of the configuration holds, where it is the gateway that refuses."""
    return ((check, target),) if scheme(environment, target).hop == "gateway" else ()


def _expected(environment: Environment, target: str) -> Protected:
    own, of = declared(environment, target), route(environment, target)
    # A route by exact path and one for what lies below it may have different plugins.
    asked = (own.request.target.partition("?")[0], of.path, f"{of.path.rstrip('/')}/1")
    methods = tuple(method for method in of.methods or _ALL if method not in {"OPTIONS", "TRACE", "CONNECT"})
    paths = tuple(
        path for path in dict.fromkeys(asked) if route_of(environment, path, own.request.method) is of
    )
    return Protected(own, paths, methods, policy_of(environment, target) is not None)


def _ways(given: Given, expected: Protected) -> Iterator[Way]:
    """Each route of the gateway once, by the first request that it takes."""
    seen: set[str] = set()
    for path in expected.paths:
        for method in expected.methods:
            match = led(given, expected.declared, method=method, target=path)
            if match is not None and match.route.id not in seen:
                seen.add(match.route.id)
                yield Way(f"{method} {path}", match.route, dict(given.scopes.of(match.route)))


def _judge(look: Callable[[Given, Protected, Way], Iterator[Finding]]) -> Callable[[Any, Protected], Verdict]:
    def judge(seen: tuple[Any, ...], expected: Protected) -> Verdict:
        given = configured(expected.declared.file, seen)
        if isinstance(given, Inconclusive):
            return given
        return [found for way in _ways(given, expected) for found in look(given, expected, way)]

    return judge


def _finding(expected: str, observed: str, cause: str) -> Finding:
    return Finding(expected=expected, observed=observed, hop=Hop.GATEWAY.value, cause=cause)


def _absent(given: Given, expected: Protected, way: Way) -> Iterator[Finding]:
    if not any(name in way.plugins for name in AUTHENTICATORS):
        assert given.configuration is not None, "the file is accepted"
        ids = {None, way.entity.id, way.entity.service}
        disabled = [
            plugin
            for plugin in given.configuration.plugins
            if plugin.name == "jwt" and not plugin.enabled and {plugin.route, plugin.service} <= ids
        ]
        said = "its jwt plugin is disabled" if disabled else "no plugin there asks for a token"
        cause = given.line(disabled[0], "enabled") if disabled else given.line(way.entity)
        yield _finding(f"{way.request} asks for a token", f"route {way.name} takes it, and {said}", cause)


def _anonymous(given: Given, expected: Protected, way: Way) -> Iterator[Finding]:
    for name in AUTHENTICATORS:
        plugin = way.plugins.get(name)
        if plugin is not None and plugin.config.get("anonymous"):
            yield _finding(
                f"{way.request} is refused without a good token",
                f"{name} of route {way.name} lets everybody else in as an anonymous consumer",
                given.line(plugin, "config", "anonymous"),
            )


def _expiry(given: Given, expected: Protected, way: Way) -> Iterator[Finding]:
    plugin = way.plugins.get("jwt")
    if plugin is not None and "exp" not in (plugin.config.get("claims_to_verify") or ()):
        yield _finding(
            f"claims_to_verify: [exp] in the jwt plugin of route {way.name}",
            "exp is not verified: a token is good for ever",
            given.line(plugin, "config", "claims_to_verify"),
        )


def _elsewhere(given: Given, expected: Protected, way: Way) -> Iterator[Finding]:
    plugin = way.plugins.get("jwt")
    if plugin is None:
        return
    for field, where in (("uri_param_names", "the URL, which logs keep"), ("cookie_names", "a cookie")):
        names = plugin.config.get(field) or ()
        if names:
            yield _finding(
                f"{field}: [] in the jwt plugin of route {way.name}",
                f"a token is taken from {where}, too: {', '.join(map(str, names))}",
                given.line(plugin, "config", field),
            )


def _preflight(given: Given, expected: Protected, way: Way) -> Iterator[Finding]:
    plugin, cors = way.plugins.get("jwt"), way.plugins.get("cors")
    answered = cors is not None and not cors.config.get("preflight_continue")
    if plugin is None or not expected.cors or answered:
        return
    if plugin.config.get("run_on_preflight") is not False:
        why = "its cors plugin passes preflights on" if cors else "it has no cors plugin"
        yield _finding(
            f"preflights to {way.request.partition(' ')[2]} are answered without a token",
            f"jwt of route {way.name} refuses them: {why}, and run_on_preflight is true",
            given.line(cors, "config", "preflight_continue")
            if cors
            else given.line(plugin, "config", "run_on_preflight"),
        )


def _needs(environment: Environment, target: str) -> Needs:
    return ((NOT_IN_FILE, target),)


def _after_presence(environment: Environment, target: str) -> Needs:
    return ((NOT_ENFORCED, target),)


NOT_ENFORCED = Check(
    id="token.not-enforced",
    severity=Severity.CRITICAL,
    catches="A route of a class with authentication for which the gateway's configuration asks for no token: "
    "the plugin is missing, is on another route, or is disabled; for one method or one path only.",
    remedy="Put the jwt plugin on every route that takes the path, or on their service.",
    source="Kong 3.4, jwt and the precedence of plugins",
    targets=_enforced,
    observes=lambda environment, target: unless_given(environment),
    expects=_expected,
    requires=_needs,
    judge=_judge(_absent),
)

ANONYMOUS_LET_IN = Check(
    id="token.anonymous-let-in",
    severity=Severity.CRITICAL,
    catches="A jwt plugin with `anonymous`: who has no good token is let in all the same, as that consumer.",
    remedy="Take `anonymous` out, unless another plugin there refuses that consumer.",
    source="Kong 3.4, jwt `anonymous`",
    targets=_enforced,
    observes=lambda environment, target: unless_given(environment),
    expects=_expected,
    requires=_after_presence,
    judge=_judge(_anonymous),
)

EXPIRY_UNVERIFIED = Check(
    id="token.expiry-unverified",
    severity=Severity.CRITICAL,
    catches="A jwt plugin that does not verify `exp`, which is Kong's default: tokens never end.",
    remedy="Set `claims_to_verify: [exp]`.",
    source="Kong 3.4, jwt `claims_to_verify`",
    targets=_enforced,
    observes=lambda environment, target: unless_given(environment),
    expects=_expected,
    requires=_after_presence,
    judge=_judge(_expiry),
)

TAKEN_ELSEWHERE = Check(
    id="token.taken-elsewhere",
    severity=Severity.MINOR,
    catches="A jwt plugin that takes tokens from the URL (Kong's default: `?jwt=`), where logs and histories "
    "keep them, or from cookies, which a foreign page can make a browser send.",
    remedy="Set `uri_param_names: []` and `cookie_names: []`.",
    source="RFC 6750, 2.3 and 5.3; Kong 3.4, jwt `uri_param_names`",
    targets=_enforced,
    observes=lambda environment, target: unless_given(environment),
    expects=_expected,
    requires=_after_presence,
    judge=_judge(_elsewhere),
)

PREFLIGHT_REFUSED = Check(
    id="token.preflight-refused",
    severity=Severity.MAJOR,
    catches="A route whose preflights need a token, which browsers never send with them: no page can use it.",
    remedy="Let the cors plugin answer preflights (it comes first), or set `run_on_preflight: false`.",
    source="Fetch, 4.8; Kong 3.4, jwt `run_on_preflight`, cors `preflight_continue`",
    targets=_enforced,
    observes=lambda environment, target: unless_given(environment),
    expects=_expected,
    requires=_after_presence,
    judge=_judge(_preflight),
)

CHECKS: tuple[Check, ...] = (
    NOT_ENFORCED,
    ANONYMOUS_LET_IN,
    EXPIRY_UNVERIFIED,
    TAKEN_ELSEWHERE,
    PREFLIGHT_REFUSED,
)

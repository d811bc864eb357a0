"""The intent of a route's class against the gateway's configuration: whose budget, and told how."""

from __future__ import annotations

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.check import Check, Finding, NotDeclared, Severity
from atalaia.checks.configured import unless_given
from atalaia.checks.rate_limits.effective import Found, Meant, judged, meant
from atalaia.checks.rate_limits.intent import ABSENT, GATEWAY, LIMIT_DIFFERS
from atalaia.checks.rate_limits.targets import limit_of, limited_routes
from atalaia.environment import Environment
from atalaia.environment.remembered import per_environment

_AUTHENTICATES = frozenset(
    {"jwt", "key-auth", "basic-auth", "hmac-auth", "ldap-auth", "oauth2", "session", "openid-connect"}
)
_KINDS = {
    "ip": "address", "consumer": "consumer", "credential": "credential", "header": "header",
    "service": "service", "path": "path",
}  # fmt: skip
_WORDS = {
    "address": "each client address", "consumer": "each consumer", "credential": "each credential",
    "header": "each value of a header", "service": "the whole service", "path": "one path",
}  # fmt: skip


def _key(has: Found) -> tuple[str, str]:
    """Whom the budgets really belong to, and why where that is not what is written."""
    kind = _KINDS.get(str(has.effective.config.get("limit_by") or "consumer"), "consumer")
    if kind in {"consumer", "credential"} and not has.plugins & _AUTHENTICATES:
        return "address", f"limit_by {kind}, but nobody is authenticated there"
    return kind, ""


@judged
def _judge_key(has: Found, expected: Meant) -> list[Finding]:
    limiter, wanted = has.effective, expected.limit
    kind, why = _key(has)
    name = str(limiter.config.get("header_name") or "")
    same_header = kind != "header" or name.lower() == (wanted.header or "").lower()
    if kind == wanted.by and same_header:
        return []
    observed = f"a budget for {_WORDS[kind]}" + (f" ({why})" if why else "")
    if kind == "header":
        observed = f"a budget for each value of {name}, which any client may choose for itself"
    elsewhere = f" {wanted.header}" if wanted.by == "header" else ""
    return [
        Finding(
            expected=f"a budget for {_WORDS[wanted.by]}{elsewhere}",
            observed=observed,
            hop=GATEWAY,
            cause=has.given.line(limiter, "config", "header_name" if kind == "header" else "limit_by"),
        )
    ]


def _after_limits(environment: Environment, target: str) -> Needs:
    return ((LIMIT_DIFFERS, target),)


KEYED_OTHERWISE = Check(
    id="limiter.keyed-otherwise",
    severity=Severity.CRITICAL,
    catches="Budgets that belong to somebody else than declared: to a header that clients write themselves, "
    "to a consumer where nobody is authenticated, to all clients of a service together.",
    remedy="Set limit_by (and header_name) of the limiter, or limit.by of the class in the environment.",
    source="RL06, RL07; Kong 3.4, rate-limiting get_identifier",
    targets=limited_routes,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=_after_limits,
    judge=_judge_key,
)


@per_environment
def _shared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    limited = limited_routes(environment)
    if isinstance(limited, NotDeclared):
        return limited
    if len(environment.gateway_nodes()) < 2:
        return NotDeclared("second gateway node")
    shared = tuple(target for target in limited if limit_of(environment, target).shared)
    return shared or NotDeclared("limit that the nodes share")


@judged
def _judge_policy(has: Found, expected: Meant) -> list[Finding]:
    limiter = has.effective
    if limiter.config.get("policy", "local") != "local":
        return []
    _, allowed = expected.limit.windows[0]
    return [
        Finding(
            expected=f"{expected.nodes} nodes that allow {allowed} together",
            observed=f"policy local: each node counts for itself, {expected.nodes * allowed} in all",
            hop=GATEWAY,
            cause=has.given.line(limiter, "config", "policy"),
        )
    ]


COUNTS_PER_NODE = Check(
    id="limiter.counts-per-node",
    severity=Severity.MAJOR,
    catches="A limiter that counts in each node's own memory, where the nodes are meant to share a budget: "
    "two nodes allow twice as much.",
    remedy="Set `policy: redis` with the shared Redis, or declare `limit.shared: false`.",
    source="RL08; Kong 3.4, rate-limiting policies",
    targets=_shared,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=_after_limits,
    judge=_judge_policy,
)


@per_environment
def with_store_failure(environment: Environment) -> tuple[str, ...] | NotDeclared:
    """Routes whose limit says what happens without its store."""
    limited = limited_routes(environment)
    if isinstance(limited, NotDeclared):
        return limited
    declared = tuple(target for target in limited if limit_of(environment, target).store_failure)
    return declared or NotDeclared("route_classes[].limit.store_failure")


@judged
def _judge_store(has: Found, expected: Meant) -> list[Finding]:
    limiter, wanted = has.effective, expected.limit.store_failure
    if limiter.config.get("policy", "local") == "local":
        return []  # there is no store that could fail
    tolerant = limiter.config.get("fault_tolerant") is not False
    if tolerant == (wanted == "open"):
        return []
    does = {True: "open: everything passes, without a limit", False: "closed: everything is answered 500"}
    return [
        Finding(
            expected=f"without its store the limiter is {does[wanted == 'open']}",
            observed=f"it is {does[tolerant]}",
            hop=GATEWAY,
            cause=has.given.line(limiter, "config", "fault_tolerant"),
        )
    ]


STORE_FAILURE = Check(
    id="limiter.store-failure",
    severity=Severity.MAJOR,
    catches="A limiter that does otherwise than declared when its Redis is down: it silently lets everything "
    "pass (Kong's default), or answers 500 to everybody.",
    remedy="Set fault_tolerant of the limiter: true is open, false is closed.",
    source="RL10; Kong 3.4, rate-limiting fault_tolerant",
    targets=with_store_failure,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=_after_limits,
    judge=_judge_store,
)


@judged
def _judge_telling(has: Found, expected: Meant) -> list[Finding]:
    limiter = has.effective
    if not limiter.config.get("hide_client_headers"):
        return []
    return [
        Finding(
            expected="clients are told their limit, what is left, and when to come back",
            observed="hide_client_headers: no RateLimit-* headers, and no Retry-After on a 429",
            hop=GATEWAY,
            cause=has.given.line(limiter, "config", "hide_client_headers"),
        )
    ]


HEADERS_HIDDEN = Check(
    id="limiter.headers-hidden",
    severity=Severity.MINOR,
    catches="A limiter that hides its headers, Retry-After among them: no client knows when to come back.",
    remedy="Set `hide_client_headers: false`.",
    source="RL04; Kong 3.4, rate-limiting hide_client_headers",
    targets=limited_routes,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=_after_limits,
    judge=_judge_telling,
)


@judged
def _judge_status(has: Found, expected: Meant) -> list[Finding]:
    limiter = has.effective
    status = int(limiter.config.get("error_code") or 429)
    if status == 429:
        return []
    return [
        Finding(
            expected="429 Too Many Requests (RFC 6585, 4)",
            observed=f"{status} when the limit is reached",
            hop=GATEWAY,
            cause=has.given.line(limiter, "config", "error_code"),
        )
    ]


ODD_STATUS = Check(
    id="limiter.odd-status",
    severity=Severity.MINOR,
    catches="A limiter that denies with another status than 429, which clients and dashboards take for "
    "something else.",
    remedy="Set `error_code: 429`, Kong's default.",
    source="RL04; RFC 6585, section 4",
    targets=limited_routes,
    observes=lambda environment, target: unless_given(environment),
    expects=meant,
    requires=_after_limits,
    judge=_judge_status,
)


def configured_as_meant(environment: Environment, target: str) -> Needs:
    """What the configuration must say of a route's limiter before its behaviour is measured."""
    shared = _shared(environment)
    per_node = ((COUNTS_PER_NODE, target),) if isinstance(shared, tuple) and target in shared else ()
    return all_of(
        ((ABSENT, target), (LIMIT_DIFFERS, target), (KEYED_OTHERWISE, target), (ODD_STATUS, target)), per_node
    )


CHECKS: tuple[Check, ...] = (
    KEYED_OTHERWISE, COUNTS_PER_NODE, STORE_FAILURE, HEADERS_HIDDEN, ODD_STATUS
)  # fmt: skip

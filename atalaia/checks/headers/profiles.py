"""The profiles `api`, `html` and `admin`, and those that an environment makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from atalaia.checks.headers import values
from atalaia.checks.headers.values import CSP, FRAME, HSTS, Judge
from atalaia.environment import Environment
from atalaia.environment.header_profile import HeaderProfile


@dataclass(frozen=True)
class Rule:
    """What one header must say."""

    header: str
    wanted: str
    """For people: `nosniff`, `a max-age of at least 15552000`."""
    problem: Judge
    source: str
    required: bool = True
    """Whether it must be there; else it is judged where it is."""


@dataclass(frozen=True)
class Profile:
    """What the headers of an answer must say."""

    name: str
    rules: tuple[Rule, ...]
    at_gateway: bool = True
    """Whether every answer of the gateway must have them; else what leaves the load balancer."""
    of_pages: bool = True
    """Whether answers are pages, whose policy must speak of scripts; else data."""
    policy_given: bool = False
    """Whether the environment says itself what the CSP must be."""
    forbid: tuple[str, ...] = ()
    """Names that clients must not see, `*` for any end."""
    compression: bool = False

    def rule(self, header: str) -> Rule | None:
        """The rule for a header."""
        return next((rule for rule in self.rules if rule.header.lower() == header.lower()), None)

    def forbids(self, header: str) -> bool:
        """Whether clients must not see this header."""
        return any(fnmatchcase(header.lower(), pattern.lower()) for pattern in self.forbid)


_OWASP = "OWASP Secure Headers Project"
_REST = "OWASP REST Security Cheat Sheet"
_MDN = "MDN HTTP Observatory"

_NOSNIFF = Rule("X-Content-Type-Options", "nosniff", values.nosniff, f"{_OWASP}; {_MDN}; Helmet 8")
_FRAME = Rule(
    FRAME, "DENY or SAMEORIGIN, or a CSP with frame-ancestors", values.frame_options, f"{_OWASP}; {_MDN}"
)
_POLICY = Rule(CSP, "a policy that is enforced", lambda _: "", f"{_OWASP}; {_REST}; {_MDN}")
_HSTS = Rule(
    HSTS,
    f"a max-age of at least {values.HALF_A_YEAR}",
    values.transport_security,
    f"RFC 6797; {_MDN}; Helmet 8",
)
_REFERRER = Rule(
    "Referrer-Policy",
    "no-referrer, same-origin, strict-origin or strict-origin-when-cross-origin",
    values.referrer_policy,
    f"{_OWASP}; {_MDN}; Helmet 8",
)
_OPENER = Rule(
    "Cross-Origin-Opener-Policy",
    "same-origin",
    values.one_of(
        "same-origin", "same-origin-allow-popups", "noopener-allow-popups", "same-origin-plus-coep"
    ),
    f"{_OWASP}; Helmet 8",
)
_RESOURCE = Rule(
    "Cross-Origin-Resource-Policy",
    "same-origin or same-site",
    values.one_of("same-origin", "same-site"),
    f"{_OWASP}; Helmet 8",
)
_WHERE_SENT = (
    Rule(
        "Cross-Origin-Embedder-Policy",
        "require-corp or credentialless",
        values.one_of("require-corp", "credentialless"),
        _OWASP,
        required=False,
    ),
    Rule(
        "X-Permitted-Cross-Domain-Policies",
        "none",
        values.one_of("none", "master-only"),
        f"{_OWASP}; Helmet 8",
        required=False,
    ),
    Rule("X-XSS-Protection", "0, or no such header", values.no_xss_auditor, "Helmet 8", required=False),
)
_CACHE = Rule("Cache-Control", "no-store", values.no_store, _OWASP)


def _where_sent(rule: Rule) -> Rule:
    return replace(rule, required=False)


BUILT_IN: Mapping[str, Profile] = MappingProxyType(
    {
        # Data: what matters is that no browser takes it for a page, frames it, or is led to plain HTTP.
        "api": Profile(
            "api",
            (
                _NOSNIFF,
                _FRAME,
                _POLICY,
                _HSTS,
                *map(_where_sent, (_REFERRER, _OPENER, _RESOURCE)),
                *_WHERE_SENT,
            ),
            of_pages=False,
        ),
        "html": Profile(
            "html",
            (_NOSNIFF, _FRAME, _POLICY, _HSTS, _REFERRER, _OPENER, _where_sent(_RESOURCE), *_WHERE_SENT),
        ),
        # Pages for few, who may do much: nothing of them stays in a cache, or is used from elsewhere.
        "admin": Profile(
            "admin", (_NOSNIFF, _FRAME, _POLICY, _HSTS, _REFERRER, _OPENER, _RESOURCE, _CACHE, *_WHERE_SENT)
        ),
    }
)
"""The profiles that need no declaration."""


def profile(environment: Environment, name: str) -> Profile:
    """The profile of that name, with all that it extends. Raises KeyError where there is none."""
    return _resolved(environment.header_profiles, name, frozenset())


def _resolved(declared: Mapping[str, HeaderProfile], name: str, inside: frozenset[str]) -> Profile:
    # A profile may extend the built-in one that it takes the name of.
    own = None if name in inside else declared.get(name)
    if own is None:
        return BUILT_IN[name]
    base = (
        _resolved(declared, own.extends, inside | {name})
        if own.extends
        else Profile(name, (), of_pages=False)
    )
    ignored = {header.lower() for header in own.ignore}
    required = {header.lower() for header in own.require}
    kept = tuple(rule for rule in base.rules if rule.header.lower() not in ignored | required)
    added = tuple(
        Rule(header, _any(value), values.as_declared(header, value), f"header_profiles.{name}")
        for header, value in own.require.items()
    )
    return replace(
        base,
        name=name,
        rules=(*kept, *added),
        at_gateway=base.at_gateway if own.hop is None else own.hop == "gateway",
        policy_given=CSP.lower() in required or (base.policy_given and CSP.lower() not in ignored),
        forbid=(*base.forbid, *own.forbid),
        compression=base.compression or own.compression,
    )


def _any(value: str) -> str:
    return "any value" if value == "*" else value

"""An answer held against a profile: what is not there, and what is there and protects from nothing."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.headers import csp, values
from atalaia.checks.headers.profiles import Profile, Rule
from atalaia.checks.headers.values import CSP, FRAME, HSTS
from atalaia.exchange.response import Response


@dataclass(frozen=True)
class Fault:
    """One header that is not as its profile wants it."""

    header: str
    wanted: str
    observed: str
    value: str | None = None
    """The value that was there."""
    absent: bool = False
    """Whether the header was not there."""


def missing(profile: Profile, response: Response, *, over_tls: bool) -> tuple[Fault, ...]:
    """The headers that the profile requires and the answer does not have. HSTS is for TLS only."""
    return tuple(
        Fault(rule.header, f"{rule.header}: {rule.wanted}", f"no {rule.header}", absent=True)
        for rule in profile.rules
        if rule.required and _applies(rule, over_tls=over_tls) and not _there(rule, response)
    )


def weak(profile: Profile, response: Response, *, over_tls: bool) -> tuple[Fault, ...]:
    """The headers that are there with a value that does not protect. The CSP has checks of its own."""
    faults: list[Fault] = []
    for rule in profile.rules:
        if not _applies(rule, over_tls=over_tls):
            continue
        if _is_frame(rule) and (sources := csp.framing(policies(response))) is not None:
            # Browsers that know frame-ancestors do not look at X-Frame-Options (CSP3, 6.4.2).
            if broad := csp.anywhere(sources):
                said = f"frame-ancestors {' '.join(broad)}: anybody may frame it"
                faults.append(Fault(CSP, f"{FRAME}: {rule.wanted}", said, response.header(CSP)))
            continue
        for value in dict.fromkeys(response.all(rule.header)):
            if problem := rule.problem(value):
                said = f"{rule.header}: {value} ({problem})"
                faults.append(Fault(rule.header, f"{rule.header}: {rule.wanted}", said, value))
    return tuple(faults)


def policies(response: Response) -> tuple[csp.Policy, ...]:
    """The policies that browsers enforce; those in Content-Security-Policy-Report-Only forbid nothing."""
    return csp.parse(response.all(CSP))


def mistaken_policy(profile: Profile, response: Response) -> tuple[Fault, ...]:
    """What makes the answer's CSP mean something else than it says."""
    if profile.rule(CSP) is None:
        return ()
    wanted = "a Content-Security-Policy that browsers read as it was meant"
    value = response.header(CSP)
    return tuple(Fault(CSP, wanted, said, value) for said in csp.mistakes(policies(response)))


def permissive_policy(profile: Profile, response: Response) -> tuple[Fault, ...]:
    """What the answer's CSP leaves open, unless the environment itself says what it must be."""
    if profile.rule(CSP) is None or profile.policy_given:
        return ()
    wanted = "a Content-Security-Policy that lets no injected script run"
    found = csp.permissions(policies(response), of_pages=profile.of_pages)
    return tuple(Fault(CSP, wanted, said, response.header(CSP)) for said in found)


def everything(profile: Profile, response: Response, *, over_tls: bool) -> tuple[Fault, ...]:
    """All of it: for error answers, which are judged by one check."""
    return (
        *missing(profile, response, over_tls=over_tls),
        *weak(profile, response, over_tls=over_tls),
        *mistaken_policy(profile, response),
        *permissive_policy(profile, response),
    )


def _applies(rule: Rule, *, over_tls: bool) -> bool:
    return over_tls or rule.header.lower() != HSTS.lower()


def _is_frame(rule: Rule) -> bool:
    return rule.problem is values.frame_options


def _there(rule: Rule, response: Response) -> bool:
    if response.header(rule.header) is not None:
        return bool(policies(response)) if rule.header.lower() == CSP.lower() else True
    return _is_frame(rule) and csp.framing(policies(response)) is not None

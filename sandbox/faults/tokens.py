"""Faults of tokens: who is let in, by whom, and for how long."""

from sandbox.faults.edits import Edit
from sandbox.faults.means import by_hand, intent, kong, standin

_BOTH = ("kong-1", "kong-2")
_CALENDAR = "calendar"
_LIMITER: Edit = (r"^( *plugins: &api\n *)- (name: rate-limiting\n)", r"\1- &limiter\n            \2")
"""The limiter of the routes with tokens, by a name of its own."""


def _jwt(config: str, beside: str = "") -> tuple[Edit, Edit]:
    """Another jwt plugin on the calendar's route."""
    plugins = f"[*limiter, {{name: jwt, {config}}}{beside}]"
    return (
        _LIMITER,
        (rf"^( *- name: {_CALENDAR}\n(?:.*\n){{1,4}}? *plugins: )\*api", rf"\1{plugins}"),
    )


_GOOD = "key_claim_name: iss, claims_to_verify: [exp], uri_param_names: [], cookie_names: []"

FAULTS = (
    kong(
        "token-not-enforced",
        _BOTH,
        "the jwt plugin of the calendar's route is disabled",
        *_jwt(f"enabled: false, config: {{{_GOOD}}}"),
    ),
    kong(
        "token-anonymous",
        _BOTH,
        "on the calendar's route who has no good token is a consumer all the same",
        *_jwt(f"config: {{anonymous: auth-service, {_GOOD}}}"),
    ),
    kong(
        "token-expiry-unverified",
        _BOTH,
        "the calendar's route does not look at when a token ends",
        *_jwt("config: {key_claim_name: iss, uri_param_names: [], cookie_names: []}"),
    ),
    kong(
        "token-in-url",
        _BOTH,
        "the calendar's route takes tokens from the URL, as Kong does by default",
        *_jwt("config: {key_claim_name: iss, claims_to_verify: [exp]}"),
    ),
    kong(
        "token-preflight-refused",
        _BOTH,
        "the calendar's route passes preflights on, and jwt refuses them",
        *_jwt(
            f"config: {{{_GOOD}}}",
            ", {name: cors, config: {preflight_continue: true, origins: ['https://app.atendeai.example'], "
            "credentials: true, max_age: 600, methods: [GET, POST, PUT, DELETE, OPTIONS], "
            "headers: [Authorization, Content-Type, X-Clinic-ID, X-Request-ID], exposed_headers: "
            "[X-Request-ID, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After]}}",
        ),
    ),
    kong(
        "token-weak-secret",
        _BOTH,
        "tokens from before the last rotation are signed with a word that everybody tries",
        (r"^( *- key: \S+-former\n(?: *algorithm: .*\n) *secret: )\S+$", r"\1secret"),
    ),
    standin(
        "token-unsigned-accepted",
        "kong-1",
        "kong-1",
        "jwt-lenient",
        "the first node takes tokens with `alg: none`",
        accept="alg-none",
    ),
    standin(
        "token-expired-accepted",
        "kong-1",
        "kong-1",
        "jwt-lenient",
        "the first node takes expired tokens",
        accept="expired",
    ),
    standin(
        "token-forged-accepted",
        "kong-1",
        "kong-1",
        "jwt-lenient",
        "the first node takes tokens with a wrong signature",
        accept="wrong-signature",
    ),
    standin(
        "token-malformed-accepted",
        "kong-1",
        "kong-1",
        "jwt-lenient",
        "the first node takes what is no token for one",
        accept="malformed",
    ),
    by_hand(
        "token-left-to-service",
        _BOTH,
        "somebody disabled the jwt plugin of the calendar's route, past kong.yml: its service refuses",
        *_jwt(f"enabled: false, config: {{{_GOOD}}}"),
    ),
    standin(
        "token-refused-late",
        "kong-1",
        "kong-1",
        "late-jwt",
        "the first node asks the service, and refuses the request then",
    ),
    standin(
        "token-other-clinic-accepted",
        "standins",
        "user-service",
        "foreign-tenant-accepted",
        "the user service believes the header that names the clinic",
    ),
    standin(
        "token-lives-longer",
        "standins",
        "auth-service",
        "token-lifetime",
        "access tokens are good for a day",
        seconds=86400,
        token="access",
    ),
    standin(
        "token-refusal-leaks",
        "standins",
        "user-service",
        "tells-traces",
        "the user service's refusals tell where in its code they were decided",
    ),
    intent(
        "token-challenge-missing",
        "the environment says that Kong is 3.8, whose jwt plugin tells how to get in; it is 3.4",
        (r"^(  kind: kong\n)", r'\1  version: "3.8"\n'),
    ),
    intent(
        "token-refused-elsewhere",
        "the environment wants tokens refused by the services, and the gateway does it",
        (r"^(    )hop: gateway", r"\1hop: service"),
    ),
)

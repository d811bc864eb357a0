"""The detection matrix of headers: for every fault, exactly the check@target that must fail.

What is wrong everywhere alike is told at the first route of its profile, at the gateway before the front.
"""

_FIRST = "/api/v1/auth"
_FRONT = f"{_FIRST} via load-balancer-tls"

MATRIX: dict[str, set[str]] = {
    "header-missing-on-one-route": {
        "headers.missing@/webhook/whatsapp",
        "headers.own-errors-bare@/webhook/whatsapp",
    },
    "header-missing-on-404": {"headers.missing-on-error@404 at kong-1"},
    "header-missing-on-429": {
        f"headers.missing-on-denial@429 at {_FIRST}",
        f"headers.own-errors-bare@{_FIRST}",
    },
    "header-missing-on-second-node": {f"headers.missing@{_FIRST} at kong-2"},
    "header-missing-on-second-nodes-404": {"headers.missing-on-error@404 at kong-2"},
    "header-missing-on-plain-front": {f"headers.missing@{_FIRST} via load-balancer"},
    "header-missing-on-plain-503": {"headers.missing-on-error@5xx at load-balancer"},
    "header-missing-on-front-503": {"headers.missing-on-error@5xx at load-balancer-tls"},
    "header-missing-over-tls": {f"headers.missing@{_FRONT}"},
    "hsts-short": {f"headers.weak@{_FRONT}"},
    "hsts-over-http": {"headers.hsts-over-http@load-balancer"},
    "redirect-to-http": {"headers.insecure-redirect@load-balancer-tls"},
    "header-weak": {f"headers.weak@{_FIRST}"},
    "csp-unsafe-inline": {f"headers.policy-permissive@{_FIRST}"},
    "csp-duplicate-directive": {f"headers.policy-mistaken@{_FIRST}"},
    "header-duplicated": {f"headers.conflicting@{_FIRST}"},
    "header-duplicated-by-front": {f"headers.conflicting@{_FRONT}"},
    "powered-by-leaked": {f"headers.telling@{_FRONT}"},
    "cookie-without-httponly": {f"headers.cookie-unprotected@{_FIRST}"},
    "tokens-cacheable": {"headers.tokens-cacheable@jwt", f"headers.weak@{_FIRST}"},
    "not-compressed": {"headers.uncompressed@/api/v1/calendar via load-balancer-tls"},
}

"""The detection matrix of routing: for every fault, exactly the check@target that must fail."""

_NODES = "gateway.nodes-differ@gateway"
"""What else is seen of a change on one node only."""

MATRIX: dict[str, set[str]] = {
    "kong-file-refused": {"declaration.refused@gateway"},
    "kong-route-deleted": {"declaration.missing@kong-2"},
    "kong-route-added": {"declaration.extra@kong-2"},
    "kong-entity-differs": {"declaration.differs@kong-2", _NODES},
    "kong-credential-added": {"declaration.extra@kong-2", _NODES},
    "kong-credential-missing": {"declaration.missing@kong-2", _NODES},
    "kong-credential-differs": {"declaration.differs@kong-2", _NODES},
    "kong-certificate-added": {"declaration.extra@kong-2", _NODES},
    "route-not-in-file": {"route.not-in-file@/api/v1/calendar"},
    "route-leads-elsewhere": {"route.leads-elsewhere@/api/v1/calendar"},
    "route-terminated": {"route.unanswered@/webhook/whatsapp"},
    "route-answered-by-another": {
        "route.answered-by-another@/webhook/whatsapp",
        "declaration.extra@kong-1",
        _NODES,
    },
    "route-catches-all": {"route.catches-all@gateway"},
    "unknown-path-answered": {
        "route.unknown-path-answered@kong-2-proxy",
        "declaration.extra@kong-2",
        _NODES,
    },
    "strip-path-flipped": {"upstream.wrong-path@/api/v1/calendar"},
    "preserve-host-flipped": {"upstream.wrong-host@/api/v1/calendar"},
    "routes-overlap": {"route.overlaps@gateway"},
    "route-shadowed": {"route.shadowed@gateway"},
    "prefix-too-wide": {"route.prefix-too-wide@/api/v1/calendar"},
    "prefix-bleeds": {"route.prefix-bleeds@/api/v1/calendar", "declaration.differs@kong-1", _NODES},
    "method-undeclared": {"route.methods-differ@/api/v1/calendar/health"},
    "method-leaks": {"route.method-leaks@/webhook/whatsapp", "declaration.differs@kong-1", _NODES},
    "front-answers-trace": {"route.trace-answered@load-balancer"},
    "front-refuses-raw-path": {"route.spelling-bypasses@/api/v1/calendar via load-balancer"},
    "path-transformed": {"upstream.wrong-path@/api/v1/echo"},
    "path-rewritten": {"upstream.path-rewritten@kong-1-proxy", "declaration.extra@kong-1", _NODES},
    "host-rewritten": {"upstream.host-rewritten@kong-1-proxy", "declaration.differs@kong-1", _NODES},
    "front-hides-clients": {"upstream.client-address-lost@load-balancer"},
    "front-hides-tls": {"upstream.scheme-lost@load-balancer-tls"},
    "front-changes-host": {"upstream.host-lost@load-balancer"},
    "front-passes-claims": {"upstream.client-address-forged@load-balancer"},
    "trusted-ips-open": {"upstream.client-address-forged@kong-1-proxy"},
    "correlation-dropped": {"route.correlation-id-missing@kong-1-proxy"},
    "correlation-not-forwarded": {
        "route.correlation-id-not-forwarded@kong-1-proxy",
        "route.correlation-id-not-forwarded@kong-2-proxy",
    },
    "correlation-repeated": {
        "route.correlation-id-repeated@kong-1-proxy",
        "route.correlation-id-repeated@kong-2-proxy",
    },
    "correlation-replaced": {
        "route.correlation-id-not-kept@kong-1-proxy",
        "route.correlation-id-not-kept@kong-2-proxy",
    },
    "upstream-timeouts-default": {"upstream.timeout-too-long@gateway"},
    "dead-upstream-lives": {
        "upstream.dead-misanswered@kong-2-proxy",
        "declaration.differs@kong-2",
        _NODES,
    },
    "dead-upstream-hangs": {
        "upstream.dead-misanswered@kong-1-proxy",
        "upstream.dead-misanswered@kong-2-proxy",
    },
    "upstream-unhealthy": {"upstream.target-unhealthy@kong-1", "upstream.target-unhealthy@kong-2"},
    "upstream-unchecked": {"upstream.target-unchecked@kong-1", "upstream.target-unchecked@kong-2"},
    "upstream-unresolved": {"upstream.target-unresolved@kong-1", "upstream.target-unresolved@kong-2"},
}

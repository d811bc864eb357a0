"""The detection matrix of routing: for every fault, exactly the check@target that must fail."""

_NODES = "gateway.nodes-differ@gateway"
"""What else is seen of a change on one node only."""

MATRIX: dict[str, set[str]] = {
    "kong-file-refused": {"declaration.refused@gateway"},
    "kong-route-deleted": {"declaration.missing@kong-2"},
    "kong-route-added": {"declaration.extra@kong-2"},
    "kong-entity-differs": {"declaration.differs@kong-2", _NODES},
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
}

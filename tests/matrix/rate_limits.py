"""The detection matrix of rate limits: for every fault, exactly the check@target that must fail."""

_AUTH = "/api/v1/auth"
_API = tuple(
    f"/api/v1/{name}"
    for name in ("users", "clinics", "conversations", "appointments", "whatsapp", "calendar")
)
_FRONT = "load-balancer"


def _everywhere(check: str) -> set[str]:
    """A fault of every limiter shows on every route that has one."""
    return {f"{check}@{target}" for target in (_AUTH, *_API)}


MATRIX: dict[str, set[str]] = {
    "limiter-absent": {f"limiter.absent@{_AUTH}"},
    "limiter-ten-for-five": {f"limiter.limit-differs@{_AUTH}"},
    "limiter-other-intent": {f"limiter.limit-differs@{target}" for target in _API},
    # What is on the service limits its health document as well.
    "limiter-hidden": {f"limiter.hidden@{_AUTH}", "limiter.monitoring-limited@auth-service"},
    "limiter-keyed-by-header": {f"limiter.keyed-otherwise@{_AUTH}"},
    "limiter-per-node": {f"limiter.counts-per-node@{_AUTH}"},
    "limiter-per-node-by-hand": {
        f"limiter.not-enforced@{_AUTH}",
        "declaration.differs@kong-1",
        "declaration.differs@kong-2",
    },
    "limiter-open-without-store": {f"limiter.store-failure@{_AUTH}"},
    "limiter-closes-without-store": {f"limiter.store-failure@{target}" for target in _API},
    # All that needs Redis is blocked by it; what the limiters do meanwhile is seen.
    "limiter-closed-without-store": {
        "tcp.unreachable@redis",
        *(f"limiter.{check}@{target}" for check in ("store-failure", "fails-otherwise") for target in _API),
    },
    "limiter-opened-without-store": {
        "tcp.unreachable@redis",
        *(f"limiter.{check}@{_AUTH}" for check in ("store-failure", "fails-otherwise")),
    },
    "limiter-headers-hidden": {f"limiter.headers-hidden@{_AUTH}"},
    "limiter-odd-status": {f"limiter.odd-status@{_AUTH}"},
    "limiter-store-down": {"limiter.not-enforced@/api/v1/clinics"},
    "limiter-headers-stripped": _everywhere("limiter.wrong-headers"),
    "limiter-denial-unhelpful": _everywhere("limiter.unhelpful-denial"),
    "limiter-reset-wrong": _everywhere("limiter.wrong-reset"),
    "limiter-sticks": _everywhere("limiter.sticks"),
    "limiter-late": _everywhere("limiter.denied-reaches-service"),
    "limiter-overshoots": {f"limiter.overshoots@{_AUTH}"},
    "limiter-clients-share": {"limiter.clients-share@/api/v1/users"},
    "limiter-of-monitoring": {"limiter.monitoring-limited@google-calendar-service"},
    "front-limiter-at-1000": {f"limiter.not-enforced@{_FRONT}"},
    "front-denial-unhelpful": {f"limiter.unhelpful-denial@{_FRONT}"},
    "front-limiter-sticks": {f"limiter.sticks@{_FRONT}"},
    "front-limiter-evadable": {f"limiter.evadable@{_FRONT}"},
}

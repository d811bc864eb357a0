"""The detection matrix of cors: for every fault, exactly the check@target that must fail."""

_FIRST = "/api/v1/auth/health"
"""The route that stands for all that the global cors plugin answers for: no limiter counts it."""
_WEBHOOK = "/webhook/whatsapp"
_FRONT = "load-balancer-tls"
_BY_HAND = {"declaration.differs@kong-1", "declaration.differs@kong-2"}
"""What else is seen of what was done past the file."""
_ADDED = _BY_HAND | {"declaration.extra@kong-1", "declaration.extra@kong-2"}

MATRIX: dict[str, set[str]] = {
    "cors-any-origin": {"cors.wider-than-declared@app"},
    "cors-dot-unescaped": {"cors.misleading-origin@gateway"},
    "cors-suffix-match": {"cors.wider-than-declared@app"},
    "cors-null-allowed": {"cors.wider-than-declared@app"},
    "cors-plaintext-twin": {"cors.wider-than-declared@app"},
    "cors-without-scheme": {"cors.misleading-origin@gateway"},
    "cors-star-in-list": {"cors.misleading-origin@gateway"},
    "cors-host-alone": {"cors.misleading-origin@gateway"},
    "cors-default-methods": {"cors.wider-than-declared@app"},
    "cors-headers-echoed": {"cors.wider-than-declared@app"},
    "cors-without-credentials": {"cors.narrower-than-declared@app"},
    "cors-two-allow-origins": {f"cors.several-allow-origins@{_FIRST}"},
    "cors-credentials-dropped": {f"cors.origin-refused@{_FIRST}"},
    "cors-headers-hidden": {f"cors.header-unexposed@{_FIRST}"},
    "cors-permission-too-long": {f"cors.preflight-too-wide@{_FIRST}"},
    "cors-vary-missing": {f"cors.vary-missing@{_FIRST}"},
    "cors-origin-unknown-to-kong": {"cors.narrower-than-declared@app"},
    "cors-anyone-declared": {"cors.anyone-declared@app"},
    "cors-two-at-once": {
        "cors.wider-than-declared@app",
        "cors.foreign-origin-allowed@/api/v1/calendar/health",
        "declaration.extra@kong-1",
        "declaration.extra@kong-2",
    },
    "cors-preflight-without-options": {f"cors.preflight-refused@{_WEBHOOK}"},
    "cors-not-global": {"cors.error-unreadable@404 at kong-1"},
    "cors-any-origin-by-hand": {f"cors.any-origin-with-credentials@{_FIRST}", *_BY_HAND},
    "cors-suffix-match-by-hand": {f"cors.foreign-origin-allowed@{_FIRST}", *_BY_HAND},
    "cors-null-by-hand": {f"cors.null-origin-allowed@{_FIRST}", *_BY_HAND},
    "cors-plaintext-by-hand": {f"cors.plaintext-origin-allowed@{_FIRST}", *_BY_HAND},
    "cors-answers-refused": {f"cors.answer-unreadable@{_WEBHOOK}", *_ADDED},
    "cors-answers-reflected": {f"cors.foreign-origin-reads@{_WEBHOOK}", *_ADDED},
    "cors-haproxy-too": {f"cors.refused-through-load-balancer@{_FIRST} via {_FRONT}"},
    "cors-haproxy-reflects": {f"cors.foreign-through-load-balancer@{_FIRST} via {_FRONT}"},
    "cors-429-without": {"cors.wrong-at-limit@load-balancer"},
    "cors-429-hides-retry": {"cors.wrong-at-limit@load-balancer"},
    "cors-own-404-without": {f"cors.error-unreadable@own 404 at {_FRONT}"},
    "cors-503-without": {f"cors.outage-unreadable@5xx at {_FRONT}"},
    "cors-errors-reflected": {f"cors.foreign-reads-error@own 404 at {_FRONT}"},
}

"""Faults of CORS in Kong's file, and in what the environment declares."""

from __future__ import annotations

from sandbox.faults.cors_edits import NODES, ORIGINS, WEBHOOK
from sandbox.faults.edits import Edit
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import by_hand, intent, kong, together

_SERVICES = (
    "auth-service", "user-service", "clinic-service", "health-service", "conversation-service",
    "appointment-service", "whatsapp-service", "google-calendar-service", "dead-upstream",
)  # fmt: skip


def _file(name: str, description: str, *edits: Edit) -> Fault:
    return kong(name, NODES, description, *edits)


def _origins(name: str, description: str, origins: str) -> Fault:
    """Other origins in kong.yml."""
    return _file(name, description, (ORIGINS, rf"\1{origins}"))


def _transformer(name: str, description: str, rules: str, *edits: Edit) -> Fault:
    """The global response-transformer does something to CORS headers, which the cors plugin has set."""
    return _file(
        name, description, (r"^( *- name: response-transformer\n *config:\n)", rf"\1{rules}"), *edits
    )


_IN_FILE = (
    _origins("cors-any-origin", "kong.yml lets any origin in, with credentials: each is reflected", '["*"]'),
    _origins(
        "cors-dot-unescaped",
        "kong.yml has its origin as an expression with an unescaped dot",
        r"['https://app.atendeai\\.example']",
    ),
    _origins(
        "cors-suffix-match",
        "kong.yml lets in whatever ends as the app's origin does",
        r"['https://.*atendeai\\.example']",
    ),
    _origins(
        "cors-null-allowed",
        "kong.yml lists `null` beside the app",
        '["https://app.atendeai.example", "null"]',
    ),
    _origins(
        "cors-plaintext-twin",
        "kong.yml lets the app in over http as well",
        r"['https?://app\\.atendeai\\.example']",
    ),
    _origins("cors-without-scheme", "kong.yml has its origin without a scheme", "[app.atendeai.example]"),
    _origins(
        "cors-star-in-list", "kong.yml lists `*` beside the app", '["*", "https://app.atendeai.example"]'
    ),
    _origins(
        "cors-host-alone",
        "kong.yml has an expression without a scheme, which any scheme and port match",
        r"['app\\.atendeai\\.example']",
    ),
    _file(
        "cors-default-methods",
        "kong.yml leaves the cors plugin's methods to Kong, which has TRACE and CONNECT among them",
        (r"(origins: .*\n) *methods: .*\n", r"\1"),
    ),
    _file(
        "cors-headers-echoed",
        "kong.yml names no request headers, so that any is allowed",
        (r"^ *headers: \[Authorization, .*\n", ""),
    ),
    _file(
        "cors-without-credentials",
        "kong.yml allows no credentials, where the app needs them",
        (r"credentials: true", "credentials: false"),
    ),
)
_TRANSFORMED = (
    _transformer(
        "cors-two-allow-origins",
        "the response-transformer appends a second Access-Control-Allow-Origin",
        '      append: {headers: ["Access-Control-Allow-Origin:*"]}\n',
    ),
    _file(
        "cors-credentials-dropped",
        "the response-transformer removes Access-Control-Allow-Credentials",
        (r"\[X-Powered-By, ", "[Access-Control-Allow-Credentials, X-Powered-By, "),
    ),
    _file(
        "cors-headers-hidden",
        "the response-transformer removes Access-Control-Expose-Headers",
        (r"\[X-Powered-By, ", "[Access-Control-Expose-Headers, X-Powered-By, "),
    ),
    _file(
        "cors-permission-too-long",
        "the response-transformer lets browsers keep a permission for a day",
        (r"^( *)- \"X-Content-Type-Options:nosniff\"", r'\1- "Access-Control-Max-Age:86400"\n\g<0>'),
    ),
    _file(
        "cors-vary-missing",
        "the origins are an expression, and the response-transformer has another Vary",
        (ORIGINS, r"\1['https://app\\.atendeai\\.example']"),
        (r"^( *)- \"X-Content-Type-Options:nosniff\"", r'\1- "Vary:Accept-Encoding"\n\g<0>'),
    ),
)
_ELSEWHERE = (
    intent(
        "cors-origin-unknown-to-kong",
        "the environment has a second origin, which kong.yml does not know",
        (ORIGINS, r'\1["https://app.atendeai.example", "https://admin.atendeai.example"]'),
    ),
    together(
        "cors-anyone-declared",
        Changes.FILE,
        "kong.yml and the environment both change: any origin is allowed, with credentials",
        _origins("cors-file-for-anyone", "", '["*"]'),
        intent("cors-intent-for-anyone", "", (ORIGINS, r'\1["*"]')),
    ),
    together(
        "cors-preflight-without-options",
        Changes.FILE,
        "kong.yml and the environment both change: the webhook's methods are without OPTIONS",
        _file("cors-file-without-options", "", (WEBHOOK, r"\1[GET, HEAD, POST]\2")),
        intent(
            "cors-intent-without-options",
            "",
            (
                r"(^  - path: /webhook/whatsapp\n.*\n.*\n *methods: )\[GET, HEAD, POST, OPTIONS\]",
                r"\1[GET, HEAD, POST]",
            ),
        ),
    ),
    _file(
        "cors-not-global",
        "kong.yml has the cors plugin on each service, so that the 404 of no route lacks it",
        (
            r"^  - name: cors\n    config:\n((?:      .*\n)+)",
            rf"  - name: cors\n    service: {_SERVICES[0]}\n    config: &cors\n\1"
            + "".join(f"  - {{name: cors, service: {name}, config: *cors}}\n" for name in _SERVICES[1:]),
        ),
    ),
)


def _own(route: str, origins: str) -> Edit:
    """A cors plugin of a route's own, with further origins."""
    config = (
        f"origins: {origins}, credentials: true, max_age: 600, methods: [GET, POST, PUT, DELETE, OPTIONS], "
        "headers: [Authorization, Content-Type, X-Clinic-ID, X-Request-ID], exposed_headers: "
        "[X-Request-ID, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After]"
    )
    return (
        rf"^( *)(- name: {route}\n)", rf"\1\2\1  plugins: [{{name: cors, config: {{{config}}}}}]\n"
    )  # fmt: skip


_APP = "https://app.atendeai.example"
_AT_ONCE = (
    together(
        "cors-two-at-once",
        Changes.FILE,
        "kong.yml lets a developer in on one route, and somebody let a foreign origin in on another, past it",
        _file("cors-developer-let-in", "", _own("clinics-health", f'["{_APP}", "http://localhost:5173"]')),
        by_hand(
            "cors-foreign-let-in",
            NODES,
            "",
            _own("calendar-health", f'["{_APP}", "https://evil.example"]'),
        ),
    ),
)

FAULTS = _IN_FILE + _TRANSFORMED + _ELSEWHERE + _AT_ONCE

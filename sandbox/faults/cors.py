"""Faults of CORS: in Kong's file, by hand on its nodes, and in HAProxy."""

from __future__ import annotations

from sandbox.faults.edits import Edit, edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import haproxy, intent, kong
from sandbox.faults.settled import settled
from sandbox.running import Sandbox
from sandbox.standins.control import Reload

_NODES = ("kong-1", "kong-2")
_ORIGINS = r'^( *origins: )\["https://app\.atendeai\.example"\]'
"""Those of the cors plugin in kong.yml, and of the policy in environment.yml."""
_SERVICES = (
    "auth-service", "user-service", "clinic-service", "health-service", "conversation-service",
    "appointment-service", "whatsapp-service", "google-calendar-service", "dead-upstream",
)  # fmt: skip


def _file(name: str, description: str, *edits: Edit) -> Fault:
    return kong(name, _NODES, description, *edits)


def _origins(name: str, description: str, origins: str) -> Fault:
    """Other origins in kong.yml."""
    return _file(name, description, (_ORIGINS, rf"\1{origins}"))


def _transformer(name: str, description: str, rules: str, *edits: Edit) -> Fault:
    """The global response-transformer does something to CORS headers, which the cors plugin has set."""
    return _file(
        name, description, (r"^( *- name: response-transformer\n *config:\n)", rf"\1{rules}"), *edits
    )


def _by_hand(name: str, description: str, *edits: Edit) -> Fault:
    """Both nodes got another configuration than kong.yml says, as somebody does over the Admin API."""

    async def load(sandbox: Sandbox, text: str) -> None:
        for node in _NODES:
            await sandbox.tell(node, Reload(target=node, declarative=text))

    async def apply(sandbox: Sandbox) -> None:
        await load(sandbox, edited(sandbox.blueprint.kong_file.read_text(), edits))

    async def revert(sandbox: Sandbox) -> None:
        await load(sandbox, sandbox.blueprint.kong_file.read_text())
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


def _together(name: str, description: str, *parts: Fault) -> Fault:
    """Several changes as one."""

    async def apply(sandbox: Sandbox) -> None:
        for part in parts:
            await part.apply(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        for part in reversed(parts):
            await part.revert(sandbox)

    return Fault(name, parts[0].changes, description, apply, revert)


_WEBHOOK = (
    r"(^ *- name: whatsapp-webhook\n *paths: .*\n *methods: )\[GET, HEAD, POST, OPTIONS\]"
    r"(\n *strip_path: false\n)"
)
_WEBHOOK_PREFLIGHTS = (
    "      - name: whatsapp-webhook-preflights\n"
    '        paths: ["~/webhook/whatsapp$", /webhook/whatsapp/]\n'
    "        methods: [OPTIONS]\n"
    "        strip_path: false\n"
)
"""A route of its own for preflights, as they are made where the gateway authenticates the others."""


def _webhook(name: str, description: str, origins: str) -> Fault:
    """On the webhook, preflights have a route of their own, and the requests a cors plugin of their own."""
    exposed = "[X-Request-ID, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After]"
    config = f"{{origins: {origins}, credentials: true, exposed_headers: {exposed}}}"
    plugin = f"        plugins: [{{name: cors, config: {config}}}]\n"
    return _by_hand(name, description, (_WEBHOOK, rf"\1[GET, HEAD, POST]\2{plugin}{_WEBHOOK_PREFLIGHTS}"))


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
        (_ORIGINS, r"\1['https://app\\.atendeai\\.example']"),
        (r"^( *)- \"X-Content-Type-Options:nosniff\"", r'\1- "Vary:Accept-Encoding"\n\g<0>'),
    ),
)
_ELSEWHERE = (
    intent(
        "cors-origin-unknown-to-kong",
        "the environment has a second origin, which kong.yml does not know",
        (_ORIGINS, r'\1["https://app.atendeai.example", "https://admin.atendeai.example"]'),
    ),
    _together(
        "cors-preflight-without-options",
        "neither kong.yml nor the environment has OPTIONS among the webhook's methods",
        _file("cors-file-without-options", "", (_WEBHOOK, r"\1[GET, HEAD, POST]\2")),
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
_BY_HAND = (
    _by_hand(
        "cors-any-origin-by-hand",
        "somebody opened both nodes to any origin, past kong.yml",
        (_ORIGINS, r'\1["*"]'),
    ),
    _by_hand(
        "cors-suffix-match-by-hand",
        "somebody let in whatever begins as the app's origin, past kong.yml",
        (_ORIGINS, r"\1['https://app\\.atendeai\\.example.*']"),
    ),
    _by_hand(
        "cors-null-by-hand",
        "somebody let `null` in, past kong.yml",
        (_ORIGINS, r'\1["https://app.atendeai.example", "null"]'),
    ),
    _by_hand(
        "cors-plaintext-by-hand",
        "somebody let the app in over http, past kong.yml",
        (_ORIGINS, r'\1["https://app.atendeai.example", "http://app.atendeai.example"]'),
    ),
    _webhook(
        "cors-answers-refused",
        "somebody gave the webhook's answers, not its preflights, to another origin, past kong.yml",
        "['https://old.atendeai.example']",
    ),
    _webhook(
        "cors-answers-reflected",
        "somebody gave the webhook's answers, not its preflights, to any origin, past kong.yml",
        "['*']",
    ),
)
_IN_HAPROXY = (
    haproxy(
        "cors-haproxy-too",
        "HAProxy adds an Access-Control-Allow-Origin to those of its servers",
        (
            r"^( *)(http-response set-var\(txn.from_server\))",
            r'\1http-response add-header Access-Control-Allow-Origin "*"\n\1\2',
        ),
    ),
    haproxy(
        "cors-haproxy-reflects",
        "HAProxy lets any origin read what its servers answer",
        (
            r"^( *)(http-response set-var\(txn.from_server\))",
            r"\1http-response set-header Access-Control-Allow-Origin %[var(txn.origin)]\n"
            r"\1http-response set-header Access-Control-Allow-Credentials true\n\1\2",
        ),
    ),
    haproxy(
        "cors-429-without",
        "HAProxy's own 429 has no CORS headers",
        (
            r"(http-after-response set-header Access-Control-.*) if from_app !from_server",
            r"\1 if from_app !from_server !{ status 429 }",
        ),
    ),
    haproxy(
        "cors-own-404-without",
        "HAProxy's own 404 has no CORS headers",
        (
            r"(http-after-response set-header Access-Control-.*) if from_app !from_server",
            r"\1 if from_app !from_server !{ status 404 }",
        ),
    ),
    haproxy(
        "cors-503-without",
        "HAProxy's own 503 has no CORS headers",
        (
            r"(http-after-response set-header Access-Control-.*) if from_app !from_server",
            r"\1 if from_app !from_server !{ status 503 }",
        ),
    ),
    haproxy(
        "cors-errors-reflected",
        "HAProxy lets any origin read its own errors",
        (r"-m str https://app\.atendeai\.example", "-m found"),
        (r"(Access-Control-Allow-Origin )https://app\.atendeai\.example", r"\1%[var(txn.origin)]"),
    ),
)

FAULTS = _IN_FILE + _TRANSFORMED + _ELSEWHERE + _BY_HAND + _IN_HAPROXY

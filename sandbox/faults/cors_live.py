"""Faults of CORS that no file of Kong's tells: by hand on its nodes, and in HAProxy."""

from __future__ import annotations

from sandbox.faults.cors_edits import NODES, ORIGINS, WEBHOOK
from sandbox.faults.fault import Fault
from sandbox.faults.means import by_hand, haproxy

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
    return by_hand(
        name, NODES, description, (WEBHOOK, rf"\1[GET, HEAD, POST]\2{plugin}{_WEBHOOK_PREFLIGHTS}")
    )


_BY_HAND = (
    by_hand(
        "cors-any-origin-by-hand",
        NODES,
        "somebody opened both nodes to any origin, past kong.yml",
        (ORIGINS, r'\1["*"]'),
    ),
    by_hand(
        "cors-suffix-match-by-hand",
        NODES,
        "somebody let in whatever begins as the app's origin, past kong.yml",
        (ORIGINS, r"\1['https://app\\.atendeai\\.example.*']"),
    ),
    by_hand(
        "cors-null-by-hand",
        NODES,
        "somebody let `null` in, past kong.yml",
        (ORIGINS, r'\1["https://app.atendeai.example", "null"]'),
    ),
    by_hand(
        "cors-plaintext-by-hand",
        NODES,
        "somebody let the app in over http, past kong.yml",
        (ORIGINS, r'\1["https://app.atendeai.example", "http://app.atendeai.example"]'),
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
        "cors-429-hides-retry",
        "HAProxy's own answers do not expose Retry-After, so that the app cannot read how long to wait",
        (r"(Access-Control-Expose-Headers .*),Retry-After if", r"\1 if"),
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


FAULTS = _BY_HAND + _IN_HAPROXY

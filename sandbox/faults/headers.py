"""Faults of security headers, cookies and compression."""

from sandbox.faults.edits import Edit
from sandbox.faults.means import haproxy, kong, standin

_BOTH = ("kong-1", "kong-2")
_FRONT_RULES = r"^( *)(http-after-response set-header X-Content-Type-Options .*)"
"""Where rules of the front for answers begin; what is added before them comes first."""
_LAST_RULE = r"^( *)(http-after-response del-header Strict-Transport-Security if .*)"


def _route_plugins(route: str, plugins: str) -> Edit:
    """Plugins of its own for a route that has none."""
    return (rf"^( *)(- name: {route}\n)", rf"\1\2\1  plugins: {plugins}\n")


def _value(header: str, value: str) -> Edit:
    """Another value in Kong's global response-transformer."""
    return (rf'("{header}:)[^"]*"', rf'\g<1>{value}"')


FAULTS = (
    kong(
        "header-missing-on-one-route",
        _BOTH,
        "a response-transformer of the webhook's own takes the place of the global one, and adds one header",
        _route_plugins(
            "whatsapp-webhook",
            "[{name: response-transformer, config: {remove: {headers: [X-Content-Type-Options, "
            "X-Powered-By, Strict-Transport-Security]}, add: {headers: ['X-Webhook:yes']}}}]",
        ),
    ),
    kong(
        "header-missing-on-404",
        _BOTH,
        "the response-transformer is every service's instead of global: no route's 404 goes without",
        (
            r"(?s)^services:\n(.*)^  - name: (response-transformer\n.*?)^(  - name: correlation-id)",
            r"_ignore:\n  - &transformer\n    name: \2\nservices:\n\1\3",
        ),
        (r"^    routes:$", "    plugins: [*transformer]\n    routes:"),
    ),
    kong(
        "header-missing-on-429",
        _BOTH,
        "a response-transformer of the auth route's own adds nothing: Kong's own answers there go without",
        (
            r"^( *)(- name: auth\n(?:.*\n)*?\1  plugins:\n)",
            r"\1\2\1    - {name: response-transformer, config: {remove: {headers: "
            r"[X-Powered-By, Strict-Transport-Security]}}}\n",
        ),
    ),
    standin(
        "header-missing-on-second-node",
        "kong-2",
        "kong-2",
        "header-dropped",
        "the second node alone leaves X-Content-Type-Options out",
        header="X-Content-Type-Options",
    ),
    standin(
        "header-missing-on-second-nodes-404",
        "kong-2",
        "kong-2",
        "header-dropped",
        "the second node alone leaves X-Content-Type-Options out where it has no route",
        header="X-Content-Type-Options",
        status=404,
    ),
    haproxy(
        "header-missing-on-plain-front",
        "HAProxy takes X-Content-Type-Options off what it passes on over plain HTTP",
        (
            _LAST_RULE,
            r"\1http-after-response del-header X-Content-Type-Options if !{ ssl_fc } { status 200 }\n\1\2",
        ),
    ),
    haproxy(
        "header-missing-on-plain-503",
        "HAProxy takes X-Content-Type-Options off its own 503 over plain HTTP",
        (
            _LAST_RULE,
            r"\1http-after-response del-header X-Content-Type-Options if !{ ssl_fc } { status 503 }\n\1\2",
        ),
    ),
    haproxy(
        "header-missing-on-front-503",
        "HAProxy takes X-Content-Type-Options off its own 503",
        (
            _LAST_RULE,
            r"\1http-after-response del-header X-Content-Type-Options if { status 503 }\n\1\2",
        ),
    ),
    haproxy(
        "header-missing-over-tls",
        "the TLS front sends no HSTS",
        (r"^ *http-after-response set-header Strict-Transport-Security .*\n", ""),
    ),
    haproxy(
        "hsts-short",
        "HSTS is good for five minutes",
        (r'"max-age=31536000; includeSubDomains"', '"max-age=300"'),
    ),
    haproxy(
        "hsts-over-http",
        "HSTS is sent over plain HTTP, too",
        (r"(set-header Strict-Transport-Security \S+ \S+) if \{ ssl_fc \} !\{.*", r"\1"),
        (r"^ *http-after-response del-header Strict-Transport-Security if .*\n", ""),
    ),
    haproxy(
        "redirect-to-http",
        "the TLS front sends logins back to plain HTTP",
        (
            r"^( *)(acl is_api .*)",
            r"\1http-request redirect scheme http code 307 if { ssl_fc } { path /api/v1/auth/login }\n\1\2",
        ),
    ),
    kong(
        "header-weak",
        _BOTH,
        "Referrer-Policy is unsafe-url",
        _value("Referrer-Policy", "unsafe-url"),
    ),
    kong(
        "csp-unsafe-inline",
        _BOTH,
        "the CSP lets inline scripts run",
        _value("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'"),
    ),
    kong(
        "csp-duplicate-directive",
        _BOTH,
        "the CSP has default-src twice",
        _value("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; default-src 'self'"),
    ),
    kong(
        "header-duplicated",
        _BOTH,
        "X-Frame-Options is appended to what is there already",
        (r"^( *)(add:\n *headers: \*headers\n)", r'\1\2\1append: {headers: ["X-Frame-Options:DENY"]}\n'),
    ),
    haproxy(
        "header-duplicated-by-front",
        "HAProxy adds its own Referrer-Policy to Kong's",
        (_FRONT_RULES, r"\1http-after-response add-header Referrer-Policy no-referrer if { ssl_fc }\n\1\2"),
    ),
    kong(
        "powered-by-leaked",
        _BOTH,
        "answers say that Express made them",
        (r"headers: \[X-Powered-By, (Strict-Transport-Security)\]", r"headers: [\1]"),
        (r"^( *)(- \"Cache-Control:no-store\"\n)", r'\1\2\1- "X-Powered-By:Express"\n'),
    ),
    standin(
        "cookie-without-httponly",
        "standins",
        "auth-service",
        "cookie-open",
        "the cookie of the login can be read by scripts",
    ),
    kong(
        "tokens-cacheable",
        _BOTH,
        "answers, those with tokens too, may be kept for a minute",
        _value("Cache-Control", "private, max-age=60"),
    ),
    haproxy(
        "not-compressed",
        "HAProxy takes Accept-Encoding off requests to the calendar",
        (
            r"^( *)(acl is_api .*)",
            r"\1http-request del-header Accept-Encoding if { path /api/v1/calendar }\n\1\2",
        ),
    ),
)

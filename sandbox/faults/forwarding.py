"""Faults of what the front and the gateway make of a request on its way to the service."""

from sandbox.faults.means import haproxy, kong, standin

_FIRST_RULE = r"^( *)(acl is_api .*)"
_ECHO = r"^(      - name: echo\n(?:        .*\n)*?)        strip_path: false"
_OTHER_PATH = "        plugins: [{name: request-transformer, config: {replace: {uri: /api/v1/echo/x}}}]"
_GLOBAL = r"^plugins:\n"
_BOTH = ("kong-1", "kong-2")

FAULTS = (
    haproxy(
        "front-answers-trace",
        "HAProxy answers TRACE itself",
        (
            _FIRST_RULE,
            r'\1http-request return status 200 content-type message/http string "TRACE" if METH_TRACE\n\1\2',
        ),
    ),
    haproxy(
        "front-refuses-raw-path",
        "HAProxy refuses the calendar by its raw path, which another spelling gets round",
        (_FIRST_RULE, r"\1http-request deny deny_status 403 if { path /api/v1/calendar }\n\1\2"),
    ),
    kong(
        "path-transformed",
        _BOTH,
        "kong.yml has a plugin that changes the path of the echo",
        (_ECHO, r"\1        strip_path: false\n" + _OTHER_PATH),
    ),
    kong(
        "path-rewritten",
        ("kong-1",),
        "the first node has a plugin that changes the path of the echo",
        (_ECHO, r"\1        strip_path: false\n" + _OTHER_PATH),
    ),
    kong(
        "host-rewritten",
        ("kong-1",),
        "the first node passes the client's Host on to the echo",
        (_ECHO, r"\1        strip_path: false\n        preserve_host: true"),
    ),
    haproxy(
        "front-hides-clients",
        "HAProxy does not say whom it forwards for",
        (r"^ *option forwardfor\n", ""),
    ),
    haproxy(
        "front-hides-tls",
        "HAProxy says of every request that it came over plain HTTP",
        (r"iif\(https,http\)", "iif(http,http)"),
    ),
    haproxy(
        "front-changes-host",
        "HAProxy puts a name of its own into the Host header",
        (_FIRST_RULE, r"\1http-request set-header Host gateway.internal\n\1\2"),
    ),
    haproxy(
        "front-passes-claims",
        "HAProxy passes on whom a client claims to be forwarded for",
        (r"^ *http-request del-header (X-Forwarded-For|X-Real-IP|Forwarded)\n", ""),
    ),
    standin(
        "trusted-ips-open",
        "kong-1",
        "kong-1",
        "trusted-ips",
        "the first node believes X-Forwarded-For of everybody",
    ),
    standin(
        "correlation-dropped",
        "kong-1",
        "kong-1",
        "correlation-dropped",
        "the first node gives requests no id",
    ),
    kong(
        "correlation-not-forwarded",
        _BOTH,
        "kong.yml writes the id on answers only",
        (r"^  - name: correlation-id\n *config: .*\n", ""),
        (r"^( *)headers: &headers\n", r'\1headers: &headers\n\1  - "X-Request-ID:gateway"\n'),
    ),
    kong(
        "correlation-repeated",
        _BOTH,
        "kong.yml gives every request the same id",
        (
            _GLOBAL,
            'plugins:\n  - {name: request-transformer, config: {add: {headers: ["X-Request-ID:one"]}}}\n',
        ),
    ),
    kong(
        "correlation-replaced",
        _BOTH,
        "kong.yml takes the client's own id away",
        (_GLOBAL, "plugins:\n  - {name: request-transformer, config: {remove: {headers: [X-Request-ID]}}}\n"),
    ),
)

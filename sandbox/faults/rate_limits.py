"""Faults of limiters: how much they allow, to whom, and what they say about it."""

from __future__ import annotations

from sandbox.faults.edits import Edit
from sandbox.faults.fault import Changes
from sandbox.faults.means import by_hand, haproxy, intent, kong, standin, stopped, together

_BOTH = ("kong-1", "kong-2")
_AUTH = r"^(      - name: auth\n(?:.*\n)*?          - name: rate-limiting\n            config:\n)"
"""The auth route's limiter, to the first line of its configuration."""
_OF_AUTH = r"((?:              .*\n)*?)"
"""Lines of a limiter's configuration."""
_REMOVED = r"^(        headers: \[X-Powered-By)"


def _auth(setting: str, value: str) -> Edit:
    """Another value of a setting in the configuration of the auth route's limiter."""
    return (rf"{_AUTH}{_OF_AUTH}              {setting}: .*", rf"\1\2              {setting}: {value}")


def _auth_more(line: str) -> Edit:
    """A further setting there."""
    return (_AUTH, rf"\1              {line}\n")


FAULTS = (
    kong(
        "limiter-absent",
        _BOTH,
        "the auth route has no limiter in kong.yml",
        (
            r"^(      - name: auth\n(?:.*\n)*?)        plugins:\n          - name: rate-limiting\n"
            r"            config:\n(?:              .*\n)*",
            r"\1",
        ),
    ),
    kong(
        "limiter-ten-for-five",
        _BOTH,
        "kong.yml lets 10 logins pass where 5 are meant",
        (rf"{_AUTH}( *(?:second|minute): )5$", r"\g<1>\g<2>10"),
    ),
    intent(
        "limiter-other-intent",
        "the environment wants a limit of the calendar's class that kong.yml does not have",
        (r"^(  api:\n    limit: \{\w+: )\d+", r"\g<1>7"),
    ),
    kong(
        "limiter-hidden",
        _BOTH,
        "the auth service's limiter of 5 is hidden by one of 10 on its route",
        (
            r"^(  - name: auth-service\n(?:    .*\n)*?)(    routes:\n)"
            r"((?:.*\n)*?          - name: rate-limiting\n            config:\n)"
            r"( *)(second|minute): 5\n *hour: (\d+)\n",
            r"\1    plugins:\n      - {name: rate-limiting, config: {\5: 5, hour: \6, limit_by: ip}}\n\2\3"
            r"\4\5: 10\n\4hour: \6\n",
        ),
    ),
    kong(
        "limiter-keyed-by-header",
        _BOTH,
        "each value of X-Client-ID has a budget of its own for logins",
        _auth("limit_by", r"header\n              header_name: X-Client-ID"),
    ),
    kong(
        "limiter-per-node",
        _BOTH,
        "each node of Kong counts logins for itself",
        _auth("policy", "local"),
    ),
    by_hand(
        "limiter-per-node-by-hand",
        _BOTH,
        "somebody let each node of Kong count logins for itself, past kong.yml",
        _auth("policy", "local"),
    ),
    kong(
        "limiter-open-without-store",
        _BOTH,
        "without Redis logins are not limited, where none is meant to pass",
        _auth("fault_tolerant", "true"),
    ),
    kong(
        "limiter-headers-hidden",
        _BOTH,
        "the limiter of logins sends no headers",
        _auth_more("hide_client_headers: true"),
    ),
    kong(
        "limiter-odd-status",
        _BOTH,
        "the limiter of logins denies with 503",
        _auth_more("error_code: 503"),
    ),
    kong(
        "limiter-store-down",
        _BOTH,
        "the limiter of the clinics asks a Redis that does not run, and lets everything pass",
        (
            r"(plugins: &api\n *- name: rate-limiting\n *config:\n *)(second|minute)(: )(\d+)(\n *hour: )"
            r"(\d+)((?:\n.*)*?\n *- )(name: jwt(?:\n.*)*?\n      - name: clinics\n(?:.*\n)*? +plugins: )"
            r"\*api",
            r"\1\2\3\4\5\6\7&jwt\n            \8[{name: rate-limiting, config: {\2: \4, hour: \6, "
            "limit_by: ip, policy: redis, redis_host: 127.0.0.1, redis_port: 1}}, *jwt]",
        ),
    ),
    kong(
        "limiter-headers-stripped",
        _BOTH,
        "kong.yml takes RateLimit-Remaining off every answer",
        (_REMOVED, r"\1, RateLimit-Remaining"),
    ),
    kong(
        "limiter-denial-unhelpful",
        _BOTH,
        "kong.yml takes Retry-After off every answer",
        (_REMOVED, r"\1, Retry-After"),
    ),
    standin(
        "limiter-reset-wrong",
        "kong-1",
        "kong-1",
        "reset-wrong",
        "the first node tells of windows that end 7 s too late",
        seconds=7,
    ),
    standin(
        "limiter-sticks",
        "kong-1",
        "kong-1",
        "limiter-sticks",
        "whom the first node has denied once, it denies for good",
    ),
    standin(
        "limiter-late",
        "kong-1",
        "kong-1",
        "late-limiter",
        "the first node denies only when the service has had the request",
    ),
    kong(
        "limiter-closes-without-store",
        _BOTH,
        "without Redis the API answers 500, where it is meant to go on",
        (r"fault_tolerant: true", "fault_tolerant: false"),
    ),
    together(
        "limiter-closed-without-store",
        Changes.LIVE,
        "Redis does not run, and kong.yml changes: without it the API answers 500, where it is to go on",
        kong("", _BOTH, "", (r"fault_tolerant: true", "fault_tolerant: false")),
        stopped("", "redis", ""),
    ),
    together(
        "limiter-opened-without-store",
        Changes.LIVE,
        "Redis does not run, and kong.yml changes: without it logins are not limited, where none is to pass",
        kong("", _BOTH, "", _auth("fault_tolerant", "true")),
        stopped("", "redis", ""),
    ),
    together(
        "limiter-overshoots",
        Changes.LIVE,
        "kong.yml and the environment change: each node counts logins for itself; and the first one does so "
        "30 ms late, which is the defect",
        intent(
            "",
            "",
            (r"^(  auth:\n    limit: \{)", r"\1shared: false, overshoot: 20%, "),
        ),
        kong("", _BOTH, "", _auth("policy", "local")),
        standin("", "kong-1", "kong-1", "burst", "", milliseconds=30),
    ),
    haproxy(
        "limiter-clients-share",
        "HAProxy gives everybody who asks for users the same address",
        (
            r"^( *)option forwardfor$",
            r"\1http-request set-header X-Forwarded-For 10.9.8.7 if { path -m beg /api/v1/users }\n"
            r"\1option forwardfor if-none",
        ),
    ),
    kong(
        "limiter-of-monitoring",
        _BOTH,
        "kong.yml limits the calendar's health document",
        (
            r"^(      - name: calendar-health\n)",
            r"\1        plugins: [{name: rate-limiting, config: {hour: 100000, policy: local}}]\n",
        ),
    ),
    haproxy(
        "front-limiter-at-1000",
        "HAProxy lets 1000 requests of an address pass",
        (r"(sc_http_req_rate\(0,per_address\) gt )\d+", r"\g<1>1000"),
    ),
    haproxy(
        "front-denial-unhelpful",
        "HAProxy's own 429 does not say when to come back",
        (r"^ *http-after-response set-header Retry-After .*\n", ""),
    ),
    haproxy(
        "front-limiter-sticks",
        "HAProxy counts over five minutes what is meant for its window",
        (r"(stick-table type ip .*http_req_rate)\(\w+\)", r"\1(5m)"),
    ),
    haproxy(
        "front-limiter-evadable",
        "HAProxy counts by X-Forwarded-For where a client sends it",
        (
            r"^( *)(http-request del-header X-Forwarded-For)$",
            r"\1http-request set-var(req.who) src\n"
            r"\1http-request set-var(req.who) req.hdr_ip(X-Forwarded-For)"
            r" if { req.hdr(X-Forwarded-For) -m found }\n\1\2",
        ),
        (r"track-sc0 src table", "track-sc0 var(req.who) table"),
    ),
)

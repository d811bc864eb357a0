"""Faults of what is routed where."""

from sandbox.faults.means import intent, kong

_BOTH = ("kong-1", "kong-2")
_FIRST_SERVICE = r"^services:\n"
_CALENDAR = r"^(      - name: calendar\n(?:        .*\n)*?)"
_CALENDAR_HEALTH = r"^(      - name: calendar-health\n(?:        .*\n)*?)"
_EXACT = r'\["~/api/v1/calendar\$", /api/v1/calendar/\]'
_HEALTH_ROUTES = r"^(  - name: health-service\n(?s:.*?)    routes:\n)"

FAULTS = (
    kong(
        "route-not-in-file",
        _BOTH,
        "kong.yml has the calendar's route under another path",
        (r'\["~/api/v1/calendar\$", /api/v1/calendar/\]', '["~/api/v1/kalender$", /api/v1/kalender/]'),
    ),
    intent(
        "route-leads-elsewhere",
        "the environment wants the calendar from the user service",
        (r"(path: /api/v1/calendar, service: )google-calendar-service", r"\1user-service"),
    ),
    kong(
        "route-terminated",
        _BOTH,
        "kong.yml ends every request to the webhook with 503",
        (
            r"^( *)(- name: whatsapp-webhook\n)",
            r"\1\2\1  plugins: [{name: request-termination, config: {status_code: 503}}]\n",
        ),
    ),
    kong(
        "route-answered-by-another",
        ("kong-1",),
        "a route that was added on the first node takes the webhook's requests to the user service",
        (
            r"(?s)^services:\n(.*?name: user-service\n *url: )(\S+)",
            r"services:\n  - name: left-over\n    url: \2/health\n    routes:\n      - name: left-over\n"
            r'        paths: ["~/webhook/whatsapp$"]\n        methods: [GET, HEAD, POST, OPTIONS]\n'
            r"        regex_priority: 1\n\1\2",
        ),
    ),
    kong(
        "route-catches-all",
        _BOTH,
        "kong.yml has a route to the health service for every path",
        (_HEALTH_ROUTES, r"\1      - {name: everything, paths: [/], methods: [GET], strip_path: false}\n"),
    ),
    kong(
        "unknown-path-answered",
        ("kong-2",),
        "the second node has a route for every path",
        (_HEALTH_ROUTES, r"\1      - {name: everything, paths: [/], methods: [GET], strip_path: false}\n"),
    ),
    kong(
        "strip-path-flipped",
        _BOTH,
        "kong.yml strips the calendar's path",
        (_CALENDAR + "        strip_path: false", r"\1        strip_path: true"),
    ),
    kong(
        "preserve-host-flipped",
        _BOTH,
        "kong.yml passes the client's Host on to the calendar",
        (
            _CALENDAR + "        strip_path: false",
            r"\1        strip_path: false\n        preserve_host: true",
        ),
    ),
    kong(
        "routes-overlap",
        _BOTH,
        "kong.yml has two routes for one path, of equal priority",
        (
            _HEALTH_ROUTES,
            r"\1      - {name: news, paths: [/api/v1/health/news], methods: [GET]}\n"
            r"      - {name: news-too, paths: [/api/v1/health/news], methods: [GET, POST]}\n",
        ),
    ),
    kong(
        "route-shadowed",
        _BOTH,
        "kong.yml has a route before which another one always goes",
        (
            _HEALTH_ROUTES,
            r'\1      - {name: news, paths: ["~/api/v1/health/news$"], methods: [GET], regex_priority: 1}\n'
            r'      - {name: news-too, paths: ["~/api/v1/health/news$"], methods: [GET]}\n',
        ),
    ),
    kong(
        "route-outranked",
        _BOTH,
        "kong.yml has a route that a shorter path always goes before, because that one has methods, too",
        (
            _CALENDAR_HEALTH,
            r"      - {name: calendar-export, paths: [/api/v1/calendar/export], strip_path: false}\n\1",
        ),
    ),
    kong(
        "expression-too-wide",
        _BOTH,
        "kong.yml has the path of the calendar's health document without its end",
        (r'"~/api/v1/calendar/health\$"', '"~/api/v1/calendar/health"'),
    ),
    kong(
        "route-twin-unprotected",
        _BOTH,
        "kong.yml has a second route for the calendar, without plugins, for who sends x-beta: 1",
        (
            _CALENDAR_HEALTH,
            r'      - name: calendar-beta\n        paths: ["~/api/v1/calendar$", /api/v1/calendar/]\n'
            r'        headers: {x-beta: ["1"]}\n        strip_path: false\n\1',
        ),
    ),
    kong(
        "route-undeclared",
        _BOTH,
        "kong.yml has a route for debugging that the environment does not know",
        (_CALENDAR_HEALTH, r'      - {name: debug, paths: ["~/internal/debug$"], methods: [GET]}\n\1'),
    ),
    kong(
        "answers-cached",
        _BOTH,
        "kong.yml has a cache on the calendar's route, with one key for all tokens",
        (
            r"^plugins:\n",
            "plugins:\n  - {name: proxy-cache, route: calendar, config: {strategy: memory}}\n",
        ),
    ),
    kong(
        "prefix-too-wide",
        _BOTH,
        "kong.yml has the calendar's path as a plain one",
        (_EXACT, "[/api/v1/calendar]"),
    ),
    kong(
        "prefix-bleeds",
        ("kong-1",),
        "the first node has the calendar's path as a plain one",
        (_EXACT, "[/api/v1/calendar]"),
    ),
    kong(
        "method-undeclared",
        _BOTH,
        "kong.yml lets DELETE through to the calendar's health document",
        (_CALENDAR_HEALTH + r"( *methods: \[GET)", r"\1\2, DELETE"),
    ),
    kong(
        "method-leaks",
        ("kong-1",),
        "the first node lets DELETE through to the webhook",
        (r"^(      - name: whatsapp-webhook\n(?:        .*\n)*?)( *methods: \[GET)", r"\1\2, DELETE"),
    ),
)

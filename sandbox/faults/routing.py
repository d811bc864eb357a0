"""Faults of the routes in Kong's declarative file."""

from sandbox.faults.means import kong

_BOTH = ("kong-1", "kong-2")

FAULTS = (
    kong(
        "route-wrong-service",
        _BOTH,
        "kong.yml sends the auth service's routes to the user service",
        (r"(name: auth-service\n *url: )\S+((?s:.*?)name: user-service\n *url: )(\S+)", r"\1\3\2\3"),
    ),
    kong(
        "route-missing",
        _BOTH,
        "kong.yml has no route to the health service",
        (r'paths: \["~/api/v1/health\$"\]', r'paths: ["~/api/v1/healthy$"]'),
    ),
)

"""Faults of Kong's declarative file as a whole, and of nodes that serve something else than it says."""

from sandbox.faults.means import kong, kong_file, standin

FAULTS = (
    kong_file(
        "kong-file-refused",
        "kong.yml has a field that Kong does not know, and a path that is none",
        (r"^(  - name: auth-service\n)", r"\1    retrys: 2\n"),
        (r'paths: \["~/api/v1/health\$"\]', "paths: [api/v1/health]"),
    ),
    standin(
        "kong-route-deleted",
        "kong-2",
        "kong-2",
        "entities",
        "the webhook's route was deleted on the second node",
        hide="whatsapp-webhook",
        really=True,
    ),
    standin(
        "kong-route-added",
        "kong-2",
        "kong-2",
        "entities",
        "a route to the user service was added on the second node",
        add={"name": "left-over", "path": "/internal", "service": "user-service"},
        really=True,
    ),
    kong(
        "kong-entity-differs",
        ("kong-2",),
        "the second node counts no bytes, where kong.yml says so",
        (r"bandwidth_metrics: true", "bandwidth_metrics: false"),
    ),
)

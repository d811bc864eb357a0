"""Faults of Kong's declarative file as a whole, and of nodes that serve something else than it says."""

from sandbox.faults.means import by_hand, kong, kong_file, standin

_SECOND = ("kong-2",)
_FORMER = r"^( *- key: \S+-former\n(?: *algorithm: .*\n) *secret: )\S+\n"
"""The spare credential, to the end of its secret."""
_CERTIFICATE = (
    'certificates: [{cert: "no certificate really", key: "no key really", '
    "snis: [{name: api.atendeai.example}]}]\n"
)
"""The stand-in speaks no TLS: only its lists are looked at."""

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
    by_hand(
        "kong-credential-added",
        _SECOND,
        "somebody gave the auth service an API key on the second node, past kong.yml",
        (
            r"^(  - username: auth-service\n)",
            r"\1    keyauth_credentials: [{key: left-over-for-debugging}]\n",
        ),
    ),
    by_hand(
        "kong-credential-missing",
        _SECOND,
        "somebody took the key before the last rotation off the second node, past kong.yml",
        (_FORMER, ""),
    ),
    by_hand(
        "kong-credential-differs",
        _SECOND,
        "somebody changed the secret of the key before the last rotation on the second node, past kong.yml",
        (_FORMER, r"\1changed-for-debugging\n"),
    ),
    by_hand(
        "kong-certificate-added",
        _SECOND,
        "somebody put a certificate on the second node, past kong.yml",
        (r"^consumers:\n", f"{_CERTIFICATE}consumers:\n"),
    ),
)

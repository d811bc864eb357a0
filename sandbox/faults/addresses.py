"""Faults of names and ports."""

from sandbox.faults.means import intent

FAULTS = (
    intent(
        "host-unresolvable",
        "the environment names the Pushgateway by a host that does not resolve",
        (r'(^pushgateway: \{url: "http://)[\d.]+', r"\g<1>pushgateway.invalid"),
    ),
)

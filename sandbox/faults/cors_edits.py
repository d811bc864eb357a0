"""What faults of CORS have in common: the nodes, and the places in the files that they edit."""

from __future__ import annotations

NODES = ("kong-1", "kong-2")
ORIGINS = r'^( *origins: )\["https://app\.atendeai\.example"\]'
"""Those of the cors plugin in kong.yml, and of the policy in environment.yml."""
WEBHOOK = (
    r"(^ *- name: whatsapp-webhook\n *paths: .*\n *methods: )\[GET, HEAD, POST, OPTIONS\]"
    r"(\n *strip_path: false\n)"
)
"""The webhook's route in kong.yml, before and after its methods."""

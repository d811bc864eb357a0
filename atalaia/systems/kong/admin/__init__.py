"""Kong's Admin API and Status API: what a node answers, and the lists of one read whole, without secrets.

What a node answers is pure: `api.admin` and `api.status` make it from the configuration, the request and the
node's own facts. `client` reads the lists of a live node over the network.
"""

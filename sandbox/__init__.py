"""A whole stack on loopback."""

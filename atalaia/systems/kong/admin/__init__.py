"""Kong's Admin API: its lists, whole, without what is secret in them."""

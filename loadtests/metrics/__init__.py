"""What a load test writes for Prometheus: a page at its end, and one of each moment while it is under way."""

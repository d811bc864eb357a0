"""Everything exports metrics, Prometheus has them, and their figures are true."""

"""HAProxy: its statistics, and what they mean."""

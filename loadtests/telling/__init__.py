"""A load test told to people: its plan, its progress, its verdict."""

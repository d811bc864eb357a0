"""A configuration that runs against the one that is meant: differences in meaning, of any system."""

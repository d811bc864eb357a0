"""An alert on purpose arrives, and is over again."""

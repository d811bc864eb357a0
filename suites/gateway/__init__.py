"""The gateway, judged against intent and its declarative file."""

"""Servers that stand in for what has no Debian package: the eight services, Kong and Grafana."""

"""Answers carry the security headers of their profile."""

"""Browsers let allowed origins read answers, and no others."""

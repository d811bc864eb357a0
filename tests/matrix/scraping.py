"""The detection matrix: scraping."""

MATRIX: dict[str, set[str]] = {
    "scrape-target-down": {"scrape.target-down@auth-service"},
    "job-missing": {"scrape.job-missing@user-service"},
    "retention-fifteen-days": {"scrape.retention-wrong@prometheus"},
}
"""Fault → exactly the check@target that must fail."""

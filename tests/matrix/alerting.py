"""The detection matrix: alerting."""

MATRIX: dict[str, set[str]] = {
    "rule-file-not-loaded": {"rules.missing@prometheus"},
    "rule-with-an-error": {"rules.failing@prometheus"},
    "rule-changed-by-hand": {"rules.differs@prometheus"},
    "rule-left-over": {"rules.unexpected@prometheus"},
    "alert-renamed": {"rules.alert-missing@ConnectionPool-warning"},
    "threshold-in-percent": {"rules.wrong-threshold@HighErrorRate-critical"},
    "alert-waits-too-long": {"rules.wrong-for@ServiceDown-critical"},
    "alert-with-wrong-severity": {"rules.wrong-severity@ServiceDown-critical"},
    "rule-over-unknown-metric": {"rules.unknown-metric@prometheus"},
    "rule-over-unknown-label": {"rules.unknown-label@prometheus"},
    "alertmanager-not-connected": {"alerting.not-connected@prometheus"},
    "wrong-receiver": {"alerting.wrong-receiver@critical"},
    "receiver-missing": {"alerting.receiver-missing@ops-whatsapp"},
    "receiver-empty": {"alerting.receiver-empty@ops-email"},
    "critical-alerts-muted": {"alerting.muted@critical"},
    "alertmanager-configured-otherwise": {"alerting.configuration-differs@alertmanager"},
}
"""Fault → exactly the check@target that must fail."""

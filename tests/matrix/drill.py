"""The detection matrix: drill."""

MATRIX: dict[str, set[str]] = {
    "drill-rule-missing": {"drill.not-fired@AtalaiaDrill"},
    "drill-second-rule-missing": {"drill.not-fired@AtalaiaDrillInhibited"},
    "drill-relabelled-away": {"drill.not-handed-over@drill"},
    "drill-to-slack": {"drill.not-routed@drill"},
    "drill-to-others-too": {"drill.delivered-elsewhere@drill"},
    "webhook-down": {"drill.not-delivered@webhook"},
    "mail-down": {"drill.not-delivered@email"},
    "slack-refuses": {"drill.not-delivered@slack"},
    "drill-not-inhibiting": {"drill.not-inhibited@drill"},
    "silences-refused": {"drill.not-silenced@drill"},
    "drill-keeps-firing": {"drill.not-resolved@drill"},
    "resolved-not-sent": {"drill.resolution-not-delivered@slack"},
    "pushgateway-keeps": {"drill.left-behind@drill"},
}
"""Fault → exactly the check@target that must fail."""

"""Faults of rules, and of the Alertmanager."""

from __future__ import annotations

from sandbox.faults.alertmanager_means import alertmanager, alertmanager_file
from sandbox.faults.declared import prometheus_file
from sandbox.faults.prometheus_means import prometheus

_MONITORING = "rules/monitoring.yml"
_SERVICES = "rules/services.yml"

FAULTS = (
    prometheus(
        "rule-file-not-loaded",
        "the rules of services.yml never came to Prometheus' server: its file there is empty",
        (_SERVICES, r"(?s)\A.+\Z", "groups: []\n"),
    ),
    prometheus_file(
        "rule-with-an-error",
        "a rule multiplies series that match many to many, which only its evaluation finds out",
        (_MONITORING, r'up\{tier!="service"\} == 0', "up * on (tier) up == 0"),
    ),
    prometheus(
        "rule-changed-by-hand",
        "somebody has changed the `for` of a rule on Prometheus' server",
        (_MONITORING, r"(?s)(alert: ConfigurationNotLoaded\n.*?for: )5m", r"\g<1>50m"),
    ),
    prometheus(
        "rule-left-over",
        "Prometheus' server has a group of rules that was deleted from the file long ago",
        (
            "rules/hosts.yml",
            r"\Z",
            "\n  - name: left-over\n    rules: [{alert: QueueTooLong, expr: vector(0) > 1}]\n",
        ),
    ),
    prometheus_file(
        "alert-renamed",
        "the alert ConnectionPool has another name now, which nobody knows",
        ("rules/stores.yml", "alert: ConnectionPool$", "alert: PoolNearlyFull"),
    ),
    prometheus_file(
        "threshold-in-percent",
        "HighErrorRate compares a ratio with 5: it means per cent, and never fires",
        ("rules/errors.yml", r"> 0\.05$", "> 5"),
    ),
    prometheus_file(
        "alert-waits-too-long",
        "ServiceDown waits for 10 minutes instead of one",
        (_SERVICES, r"(?s)(alert: ServiceDown\n.*?for: )1m", r"\g<1>10m"),
    ),
    prometheus_file(
        "alert-with-wrong-severity",
        "ServiceDown is a warning only: it wakes nobody",
        (_SERVICES, r"(?s)(alert: ServiceDown\n.*?severity: )critical", r"\g<1>warning"),
    ),
    prometheus_file(
        "rule-over-unknown-metric",
        "a rule asks for a metric that nobody exports: its name is misspelt",
        (_MONITORING, "prometheus_config_last_reload_successful == 0", "prometheus_config_reload_ok == 0"),
    ),
    prometheus_file(
        "rule-over-unknown-label",
        "a rule selects by a label that its metric has not: `layer` instead of `tier`",
        (_MONITORING, r'up\{tier!="service"\}', 'up{layer!="service"}'),
    ),
    prometheus_file(
        "alertmanager-not-connected",
        "Prometheus sends its alerts to a port where no Alertmanager listens",
        ("prometheus.yml", r"(?s)(alertmanagers:\n.*?- )127\.0\.0\.1:\d+", r"\g<1>127.0.0.1:9"),
    ),
    alertmanager_file(
        "wrong-receiver",
        "the route of critical alerts leads to Slack: nobody is woken",
        (r'(- severity="critical"\n    receiver: )on-call', r"\1ops-slack"),
    ),
    alertmanager_file(
        "receiver-missing",
        "WhatsApp was taken out of the Alertmanager's configuration, route and receiver",
        (r"(?s)  - matchers:\n    - severity=\"critical\"\n    - service!=.*?(?=^  - matchers:)", ""),
        (r"(?s)^- name: ops-whatsapp\n.*?(?=^- name: )", ""),
    ),
    alertmanager_file(
        "receiver-empty",
        "the receiver of e-mails has no e-mail: it swallows every alert",
        (r"(?s)(^- name: ops-email\n).*?(?=^- name: )", r"\1"),
    ),
    alertmanager_file(
        "critical-alerts-muted",
        "the route of critical alerts was muted for a night, and the night has no end: nobody is woken",
        (r'(- severity="critical"\n    receiver: on-call\n)', r"\1    mute_time_intervals: [one-night]\n"),
        (r"\Z", "\ntime_intervals:\n- name: one-night\n  time_intervals: [{}]\n"),
    ),
    alertmanager(
        "alertmanager-configured-otherwise",
        "the Alertmanager still runs with an old configuration, which forgets alerts after an hour",
        ("resolve_timeout: 5m", "resolve_timeout: 1h"),
    ),
)

"""Faults of the way of an alert."""

from __future__ import annotations

from sandbox.faults.alertmanager_means import alertmanager
from sandbox.faults.guarded import guarded
from sandbox.faults.means import standin
from sandbox.faults.prometheus_means import prometheus

_RULES = "rules/drill.yml"
_DRILL = r"(?s)(- name: drill\n.*?)"
"""The receiver of drills, up to what is looked for behind it."""

FAULTS = (
    prometheus(
        "drill-rule-missing",
        "Prometheus has no rule AtalaiaDrill",
        (_RULES, r"(?s)      - alert: AtalaiaDrill\n.*", ""),
    ),
    prometheus(
        "drill-second-rule-missing",
        "Prometheus has no rule AtalaiaDrillInhibited",
        (_RULES, r"(?s)      - alert: AtalaiaDrillInhibited\n.*?(?=      - alert: AtalaiaDrill\n)", ""),
    ),
    prometheus(
        "drill-relabelled-away",
        'alert_relabel_configs of Prometheus drop what has the label drill="true"',
        (
            "prometheus.yml",
            r"^alerting:\n",
            r"\g<0>  alert_relabel_configs:\n  - {source_labels: [drill], regex: 'true', action: drop}\n",
        ),
    ),
    prometheus(
        "drill-keeps-firing",
        "the rule AtalaiaDrill has a keep_firing_for of 10 minutes",
        (_RULES, r"(- alert: AtalaiaDrill\n( +)expr: .*\n)", r"\g<1>\g<2>keep_firing_for: 10m\n"),
    ),
    alertmanager(
        "drill-to-slack",
        "the running Alertmanager routes drills to the receiver of all other alerts",
        (r'(- drill="true"\n +receiver: )drill$', r"\g<1>ops-slack"),
    ),
    alertmanager(
        "drill-to-others-too",
        "the running receiver of drills writes mails to everybody else, too",
        (r"to: ops-drill@atendeai\.example", r"to: ops-drill@atendeai.example, ops@atendeai.example"),
    ),
    alertmanager(
        "webhook-down",
        "the running receiver of drills has a webhook where nobody listens",
        (_DRILL + r"url: http://\S+", r"\g<1>url: http://127.0.0.1:9/alerts"),
    ),
    standin("mail-down", "standins", "receivers", "mail-stopped", "the mail server does not run"),
    standin(
        "slack-refuses",
        "standins",
        "receivers",
        "refuses",
        "Slack answers 500 to every message",
        channel="slack",
    ),
    alertmanager(
        "drill-not-inhibiting",
        "the running Alertmanager has no rule by which the one alert of a drill inhibits the other",
        (r"(?s)- source_matchers:\n +- alertname=\"AtalaiaDrill\"\n.*?equal:\n +- stack\n", ""),
    ),
    alertmanager(
        "resolved-not-sent",
        "the running receiver of drills does not tell Slack of the end",
        (_DRILL + r"send_resolved: true", r"\g<1>send_resolved: false"),
    ),
    guarded(
        "silences-refused",
        "alertmanager",
        "method POST",
        "the environment names a proxy before the Alertmanager, which lets nobody write",
    ),
    guarded(
        "pushgateway-keeps",
        "pushgateway",
        "method DELETE",
        "the environment names a proxy before the Pushgateway, which lets nobody delete",
    ),
)

"""What the Alertmanager 0.25 makes of what nobody said: its config/config.go and config/notifiers.go.

A configuration that has a receiver of every kind, and what the Alertmanager told of it, are held against this
in tests/unit/systems/alertmanager/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HTTP = {"follow_redirects": True, "enable_http2": True}
GLOBAL: Mapping[str, Any] = {
    "resolve_timeout": "5m",
    "smtp_hello": "localhost",
    "smtp_require_tls": True,
    "pagerduty_url": "https://events.pagerduty.com/v2/enqueue",
    "opsgenie_api_url": "https://api.opsgenie.com/",
    "wechat_api_url": "https://qyapi.weixin.qq.com/cgi-bin/",
    "victorops_api_url": "https://alert.victorops.com/integrations/generic/20131114/alert/",
    "telegram_api_url": "https://api.telegram.org",
    "webex_api_url": "https://webexapis.com/v1/messages",
}
ROOT: Mapping[str, Any] = {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"}
"""Of the first route; any other takes what it does not say from the one above."""
SUBJECT = '{{ template "email.default.subject" . }}'
DETAILS: Mapping[str, Any] = {
    "firing": '{{ template "pagerduty.default.instances" .Alerts.Firing }}',
    "resolved": '{{ template "pagerduty.default.instances" .Alerts.Resolved }}',
    "num_firing": "{{ .Alerts.Firing | len }}",
    "num_resolved": "{{ .Alerts.Resolved | len }}",
}
_SILENT = frozenset({"slack", "email", "wechat", "rocketchat"})
"""Kinds of channels that tell of the end only where they are told to; rocketchat came after 0.25."""


def sends_resolved(kind: str) -> bool:
    """Whether a channel of this kind (`slack`) tells of an alert's end where `send_resolved` is not set."""
    return kind not in _SILENT


def _templates(kind: str, *names: str) -> dict[str, Any]:
    return {name: f'{{{{ template "{kind}.default.{name.replace("_", "")}" . }}}}' for name in names}


def _named(kind: str, *names: str) -> dict[str, Any]:
    return {name: f'{{{{ template "{kind}.default.{name}" . }}}}' for name in names}


_CLIENT = '{{ template "pagerduty.default.client" . }}'
OF_KIND: Mapping[str, Mapping[str, Any]] = {
    "discord": _named("discord", "title", "message"),
    "email": _named("email", "html"),
    "msteams": _named("msteams", "title", "summary", "text"),
    "opsgenie": _named("opsgenie", "message", "description", "source"),
    "pagerduty": {
        "client": _CLIENT,
        "client_url": '{{ template "pagerduty.default.clientURL" . }}',
        "description": '{{ template "pagerduty.default.description" .}}',
    },
    "pushover": {
        **_named("pushover", "title", "message", "url"),
        "priority": '{{ if eq .Status "firing" }}2{{ else }}0{{ end }}',
        "retry": "1m",
        "expire": "1h",
    },
    "slack": {
        **_templates(
            "slack", "username", "title", "title_link", "icon_emoji", "icon_url", "pretext", "text",
            "fallback", "callback_id", "footer",
        ),
        "color": '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}',
    },
    "sns": _named("sns", "subject", "message"),
    "telegram": {**_named("telegram", "message"), "parse_mode": "HTML"},
    "victorops": {
        **_named("victorops", "state_message", "entity_display_name", "monitoring_tool"),
        "message_type": "CRITICAL",
    },
    "webex": _named("webex", "message"),
    "wechat": {
        **_named("wechat", "message", "to_user", "to_party", "to_tag", "agent_id"),
        "message_type": "text",
    },
}  # fmt: skip

FROM_GLOBAL: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "email": (
        {"from": "smtp_from"}, {"hello": "smtp_hello"}, {"smarthost": "smtp_smarthost"},
        {"require_tls": "smtp_require_tls"}, {"auth_username": "smtp_auth_username"},
        {"auth_password": "smtp_auth_password", "auth_password_file": "smtp_auth_password_file"},
        {"auth_secret": "smtp_auth_secret"}, {"auth_identity": "smtp_auth_identity"},
    ),
    "opsgenie": (
        {"api_url": "opsgenie_api_url"},
        {"api_key": "opsgenie_api_key", "api_key_file": "opsgenie_api_key_file"},
    ),
    "pagerduty": ({"url": "pagerduty_url"},),
    "slack": ({"api_url": "slack_api_url", "api_url_file": "slack_api_url_file"},),
    "telegram": ({"api_url": "telegram_api_url"},),
    "victorops": (
        {"api_url": "victorops_api_url"},
        {"api_key": "victorops_api_key", "api_key_file": "victorops_api_key_file"},
    ),
    "webex": ({"api_url": "webex_api_url"},),
    "wechat": (
        {"api_url": "wechat_api_url"}, {"api_secret": "wechat_api_secret"}, {"corp_id": "wechat_api_corp_id"},
    ),
}  # fmt: skip
"""Kind → what it takes from `global`: a setting, or several of which setting one is setting all."""

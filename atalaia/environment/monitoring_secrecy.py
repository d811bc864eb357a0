"""Which texts of Prometheus' and the Alertmanager's configuration may be shown, of files and of what runs.

Only what is known to be harmless is shown: names, kinds, addresses without credentials and query, durations,
matchers, messages. Values of `params` and of unknown fields are not. Of the Alertmanager's URLs only the
server is shown, because a webhook's path is its password.
"""

from __future__ import annotations

import re

from atalaia.environment.secrecy import (
    Cover,
    Place,
    in_addresses,
    in_path,
    is_secret,
    of_header,
    to_origin,
)
from atalaia.environment.withheld import is_keyword, is_plain

_PARAMETERS = frozenset({"module", "target", "match[]", "collect[]", "format"})
"""Parameters of federation, of the blackbox exporter and of others, which name what is asked for."""
_AS_PARAMETER = "__param_"
_REFERENCE = re.compile(r"\$(\d|\{\w+\})|:\d{1,5}$")
"""In what a rule puts in a label's place: what it takes from another label, and a port."""
_LENGTH = re.compile(r"[+\-]?[\d.]+|(\d+(ms|[smhdwy]))+|\d+(\.\d+)?[KMGTPE]?i?B")
"""Numbers, durations, sizes."""
_HOST = re.compile(r"[a-z0-9\-]{1,63}(\.[a-z0-9\-]{1,63})*:\d{1,5}")
"""host:port, where it says no scheme."""
_URL = re.compile(r"[a-z][a-z0-9+.\-]*://", re.IGNORECASE)
_ENDINGS = ("_file", "_files", "_interval", "_timeout", "_limit", "_url")
_OF_CLIENTS = {
    "ca_file", "cert_file", "client_id", "key_file", "max_version", "min_version", "name", "no_proxy",
    "proxy_url", "region", "scheme", "scopes", "server_name", "type", "url", "username",
}  # fmt: skip
_OF_PROMETHEUS = _OF_CLIENTS | {
    "action", "api_version", "datacenter", "files", "host", "job_name", "method", "names", "namespaces",
    "path_prefix", "regex", "role", "rule_files", "separator", "server", "services", "source_labels", "tags",
    "target_label", "timeout",
}  # fmt: skip
_OF_ALERTMANAGER = _OF_CLIENTS | {
    "active_time_intervals", "agent_id", "auth_identity", "auth_username", "callback_id", "channel",
    "chat_id", "class", "client", "color", "component", "corp_id", "days_of_month", "description", "end_time",
    "entity", "entity_display_name", "equal", "fallback", "footer", "from", "group", "group_by", "hello",
    "html", "icon_emoji", "location", "matchers", "message", "message_type", "monitoring_tool", "months",
    "mute_time_intervals", "note", "parse_mode", "pretext", "priority", "receiver", "room_id", "severity",
    "short", "smarthost", "smtp_auth_identity", "smtp_auth_username", "smtp_from", "smtp_hello",
    "smtp_smarthost", "sound", "source", "source_matchers", "start_time", "state_message", "style", "subject",
    "summary", "target_matchers", "templates", "text", "title", "title_link", "to", "to_party", "to_tag",
    "to_user", "topic_arn", "value", "wechat_api_corp_id", "weekdays", "years",
}  # fmt: skip
_LABELS = frozenset({"labels", "external_labels"})
_MATCHES = frozenset(
    {"match", "match_re", "source_match", "source_match_re", "target_match", "target_match_re"}
)
_SERVICES = frozenset(
    {
        "opsgenie_api_url",
        "pagerduty_url",
        "telegram_api_url",
        "victorops_api_url",
        "webex_api_url",
        "wechat_api_url",
    }
)
"""Addresses of services that take their credential beside it: only their query and user are nobody's."""
_MESSAGES = frozenset({"headers", "details"})
"""An e-mail's headers and a page's details: what everybody who is told reads."""


def of_prometheus(text: str, place: Place, cover: Cover) -> str:
    """A text of prometheus.yml with every part that may not be shown replaced by what `cover` makes of it."""
    name, around = (place[-1], place[:-1]) if place else ("", ())
    if is_secret(name):
        return cover(text, not is_keyword(text))
    if "params" in around or name.startswith(_AS_PARAMETER):
        known = name.removeprefix(_AS_PARAMETER) in _PARAMETERS
        return in_addresses(text, cover) if known else cover(text, False)
    if "headers" in around:
        return of_header(name, text, cover)
    if around and around[-1] in _LABELS:
        return in_addresses(text, cover)
    if name == "metrics_path":
        return in_path(text, cover)
    if name == "targets":
        return _target(text, cover)
    if name == "replacement":
        return text if is_plain(_REFERENCE.sub("", text)) else _known(text, cover, known=False)
    return _known(text, cover, known=name in _OF_PROMETHEUS or name.endswith(_ENDINGS))


def of_alertmanager(text: str, place: Place, cover: Cover) -> str:
    """The same of alertmanager.yml."""
    name, around = (place[-1], place[:-1]) if place else ("", ())
    if is_secret(name):
        return cover(text, not is_keyword(text))
    if name in _SERVICES:
        return in_addresses(text, cover)
    known = name in _OF_ALERTMANAGER or name.endswith(_ENDINGS)
    if around and around[-1] in _MESSAGES | _MATCHES:
        known = True
    return to_origin(text, cover) if known or _URL.match(text) else _known(text, cover, known=False)


def _known(text: str, cover: Cover, *, known: bool) -> str:
    plain = is_keyword(text) or _LENGTH.fullmatch(text) or _HOST.fullmatch(text)
    if known or plain or _URL.match(text):
        return in_addresses(text, cover)
    return cover(text, False)


def _target(text: str, cover: Cover) -> str:
    """A scrape target, which need not say its scheme: host:port."""
    if "://" in text:
        return in_addresses(text, cover)
    return in_addresses(f"http://{text}", cover).removeprefix("http://")

"""What the Alertmanager sends to each channel, read as that channel's documents describe it.

Slack: an incoming webhook's message with attachments (api.slack.com/messaging/webhooks). PagerDuty: an
event of the Events API v2 (developer.pagerduty.com/docs/events-api-v2). Webhook:
prometheus.io/docs/alerting/latest/configuration, `<webhook_config>`. E-mail: RFC 5322. Each raises
ValueError for what its channel would refuse.
"""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import default
from typing import Any

from sandbox.standins.receivers.delivery import Message

_STATUS = re.compile(r"\b(firing|resolved)\b", re.IGNORECASE)
_ACTIONS = {"trigger": "firing", "resolve": "resolved"}


def slack(body: bytes) -> Message:
    """A message of Slack: its colour or its words say what it is about."""
    document = _object(body)
    attachments = document.get("attachments") or []
    if not (document.get("text") or attachments):
        raise ValueError("no_text")
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise ValueError("invalid_attachments")
    said = " ".join(str(each.get("title", "")) for each in attachments)
    return Message("slack", str(document.get("channel", "")), _status(said), _flat(document))


def pagerduty(body: bytes) -> Message:
    """An event for PagerDuty."""
    document = _object(body)
    if not document.get("routing_key"):
        raise ValueError("'routing_key' is missing or blank")
    action = document.get("event_action")
    if action not in {"trigger", "acknowledge", "resolve"}:
        raise ValueError("'event_action' is missing or not one of trigger, acknowledge, resolve")
    payload = document.get("payload")
    if action == "trigger" and not (isinstance(payload, dict) and payload.get("summary")):
        raise ValueError("'payload.summary' is missing or blank")
    told = {key: value for key, value in document.items() if key != "routing_key"}  # it is the password
    return Message("pagerduty", "", _ACTIONS.get(action, ""), _flat(told))


def webhook(body: bytes) -> Message:
    """The Alertmanager's own JSON."""
    document = _object(body)
    if document.get("version") != "4" or not isinstance(document.get("alerts"), list):
        raise ValueError("not the Alertmanager's JSON, version 4")
    return Message(
        "webhook", str(document.get("receiver", "")), str(document.get("status", "")), _flat(document)
    )


def email(recipient: str, data: bytes) -> Message:
    """A mail to one of its recipients."""
    mail = message_from_bytes(data, policy=default)
    subject = str(mail.get("Subject", ""))
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return Message("email", recipient, _status(subject), "\n".join([subject, *parts]))


READERS = {"slack": slack, "pagerduty": pagerduty, "webhook": webhook}
"""Path → how what is posted there is read."""


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return document
    raise ValueError("invalid_payload")


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found[1].lower() if found else ""


def _flat(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)

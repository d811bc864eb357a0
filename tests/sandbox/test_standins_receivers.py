"""Whom the sandbox' Alertmanager tells: mail by a real client, messages as each channel documents them."""

from __future__ import annotations

import json
import smtplib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from sandbox.standins.config import ReceiversConfig, StandIns
from sandbox.standins.control import ClearFault, SetFault, send_now
from sandbox.standins.receivers.delivery import MOST
from tests.support.standins import Answer, ask, free_ports, running


@dataclass(frozen=True)
class StandIn:
    port: int
    mail: int
    control: Path

    def post(self, path: str, document: object) -> Answer:
        return ask(self.port, "POST", path, body=json.dumps(document).encode())

    def told(self, containing: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask(self.port, "GET", f"/deliveries?containing={containing}").json()[
            "deliveries"
        ]
        return found


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    port, mail = free_ports(2)
    control = tmp_path_factory.mktemp("receivers") / "c.sock"
    with running(StandIns(control=control, receivers=ReceiversConfig(port=port, smtp_port=mail))):
        yield StandIn(port, mail, control)


def _mail(text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "ops@b.example", "[DRILL resolved] x"
    mail.set_content(text)
    mail.add_alternative(f"<p>{text} é</p>", subtype="html")
    return mail


def test_a_mail_is_kept_for_each_recipient_as_it_was_sent(standin: StandIn) -> None:
    with smtplib.SMTP("127.0.0.1", standin.mail, timeout=5) as client:
        assert client.ehlo()[0] == 250
        assert client.has_extn("8bitmime")
        assert client.has_extn("size")
        client.send_message(_mail("mail-1\n.\n..dots"), to_addrs=["one@b.example", "two@b.example"])
        client.send_message(_mail("mail-1 again"), to_addrs=["one@b.example"])
    told = standin.told("mail-1")
    assert [(each["channel"], each["to"], each["status"]) for each in told] == [
        ("email", to, "resolved") for to in ("one@b.example", "two@b.example", "one@b.example")
    ]
    assert "mail-1\n.\n..dots" in told[0]["text"].replace("\r\n", "\n")
    assert "é" in told[0]["text"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["MAIL FROM:<a@b>"], 503),
        (["EHLO"], 501),
        (["EHLO x", "RCPT TO:<a@b>"], 503),
        (["EHLO x", "MAIL a@b"], 501),
        (["EHLO x", "MAIL FROM:<a@b> SIZE=99999999"], 552),
        (["EHLO x", "MAIL FROM:<>", "MAIL FROM:<>"], 503),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<>"], 501),
        (["EHLO x", "MAIL FROM:<>", "DATA"], 503),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<a@b>", "RSET", "DATA"], 503),
        (["HELO x", "NOOP"], 250),
        (["HELO x", "VRFY a"], 252),
        (["STARTTLS"], 500),
        (["N" * 5000], 500),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<a@b>", "DATA"], 354),
        (["quit"], 221),
    ],
)
def test_it_answers_with_the_codes_of_rfc_5321(standin: StandIn, said: list[str], code: int) -> None:
    client = smtplib.SMTP("127.0.0.1", standin.mail, timeout=5)
    try:
        replies = [client.docmd(line) for line in said]
    finally:
        client.close()
    assert replies[-1][0] == code, replies


def test_a_line_ends_with_crlf_only_so_that_nobody_smuggles_a_second_mail(standin: StandIn) -> None:
    with socket.create_connection(("127.0.0.1", standin.mail), timeout=5) as client:
        file = client.makefile("rwb")
        file.readline()
        for line in (b"EHLO x", b"MAIL FROM:<>", b"RCPT TO:<a@b>", b"DATA"):
            file.write(line + b"\r\n")
            file.flush()
            while file.readline()[3:4] == b"-":
                pass
        file.write(b"Subject: smuggled-1\r\n\r\none\n.\nMAIL FROM:<z>\r\n.\r\n")
        file.flush()
        assert file.readline().startswith(b"250")
    (told,) = standin.told("smuggled-1")
    assert "MAIL FROM:<z>" in told["text"]


def test_a_mail_that_is_too_large_is_refused_and_the_next_one_taken(standin: StandIn) -> None:
    with smtplib.SMTP("127.0.0.1", standin.mail, timeout=5) as client:
        client.helo()  # without ESMTP the size is not told before
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@b", ["c@d"], b"Subject: large-1\r\n\r\n" + 1_200 * (900 * b"x" + b"\r\n"))
        assert refused.value.smtp_code == 552
        client.sendmail("a@b", ["c@d"], b"Subject: small-1\r\n\r\nx\r\n")
    assert standin.told("large-1") == []
    assert len(standin.told("small-1")) == 1


def test_slack_pagerduty_and_a_webhook_are_told_alike(standin: StandIn) -> None:
    slack = {"channel": "#ops", "attachments": [{"title": "[DRILL firing] http-1"}]}
    assert standin.post("/slack", slack).body == b"ok"
    event = {"routing_key": "secret-key", "event_action": "resolve", "dedup_key": "http-1"}
    assert standin.post("/pagerduty", event).status == 202
    alerts = {
        "version": "4",
        "receiver": "drill",
        "status": "firing",
        "alerts": [{"labels": {"x": "http-1"}}],
    }
    assert standin.post("/webhook", alerts).status == 200
    told = standin.told("http-1")
    assert [(each["channel"], each["to"], each["status"]) for each in told] == [
        ("slack", "#ops", "firing"), ("pagerduty", "", "resolved"), ("webhook", "drill", "firing"),
    ]  # fmt: skip
    assert "secret-key" not in json.dumps(told)
    assert standin.told("http-1&since=9999999999") == []


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/slack", {}),
        ("/slack", []),
        ("/slack", {"attachments": ["x"]}),
        ("/pagerduty", {"event_action": "trigger"}),
        ("/pagerduty", {"routing_key": "k", "event_action": "fire"}),
        ("/pagerduty", {"routing_key": "k", "event_action": "trigger", "payload": {}}),
        ("/webhook", {"version": "3", "alerts": []}),
    ],
)
def test_what_a_channel_would_refuse_is_refused(standin: StandIn, path: str, document: object) -> None:
    assert standin.post(path, document).status == 400


def test_other_paths_and_methods_are_told_apart(standin: StandIn) -> None:
    assert ask(standin.port, "GET", "/").status == 404
    assert ask(standin.port, "GET", "/slack").status == 405
    assert ask(standin.port, "GET", "/deliveries?since=x").status == 400


def test_channels_can_be_broken_one_by_one(standin: StandIn) -> None:
    send_now(standin.control, SetFault(target="receivers", fault="refuses", options={"channel": "slack"}))
    assert standin.post("/slack", {"text": "x"}).status == 500
    assert standin.post("/pagerduty", {"routing_key": "k", "event_action": "resolve"}).status == 202
    send_now(standin.control, SetFault(target="receivers", fault="mail-stopped"))
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP("127.0.0.1", standin.mail, timeout=5)
    assert standin.post("/slack", {"text": "x"}).status == 200
    send_now(standin.control, ClearFault(target="receivers"))
    with smtplib.SMTP("127.0.0.1", standin.mail, timeout=5) as client:
        assert client.noop()[0] == 250


def test_only_the_last_deliveries_are_kept(standin: StandIn) -> None:
    for number in range(MOST + 5):
        standin.post("/slack", {"text": f"many-{number}."})
    told = standin.told("many-")
    assert len(told) == MOST
    assert "many-5." in told[0]["text"]

"""Names that resolve, and those that do not; without asking anybody."""

from __future__ import annotations

import asyncio

import pytest

from atalaia.exchange.network import Network
from probes.kinds.dns import Dns, probe
from probes.model import Attempt, Reason
from tests.support.probe_runs import planned

NETWORK = Network(hosts={"six.test": "2001:db8::1", "four.test": "10.0.0.1"})


def _probe(host: str, *addresses: str) -> Attempt:
    return asyncio.run(probe(planned(kind="dns", parameters=Dns(host, addresses)), NETWORK))


@pytest.mark.parametrize(
    ("host", "addresses", "reason"),
    [
        ("four.test", (), None),
        ("four.test", ("10.0.0.1",), None),
        ("four.test", ("10.0.0.2",), Reason.VALUE),
        ("four.test", ("10.0.0.1", "10.0.0.2"), Reason.VALUE),
        ("six.test", ("2001:0db8:0:0::1",), None),
        ("nobody.invalid", (), Reason.DNS),
    ],
)
def test_a_name(host: str, addresses: tuple[str, ...], reason: Reason | None) -> None:
    attempt = _probe(host, *addresses)
    assert attempt.reason == reason
    assert attempt.facts["probe_dns_query_succeeded"] == (reason is not Reason.DNS)
    assert attempt.facts["probe_dns_answer_rrs"] == (0 if reason is Reason.DNS else 1)


def test_other_addresses_are_named() -> None:
    assert _probe("four.test", "10.0.0.2").detail == "it is 10.0.0.1; 10.0.0.2 wanted"


def test_what_was_not_looked_up_took_no_time() -> None:
    attempt = _probe("four.test")
    assert attempt.phases == {}
    assert "probe_dns_lookup_time_seconds" not in attempt.facts


def test_an_ip_version_is_told() -> None:
    assert _probe("six.test").facts["probe_ip_protocol"] == 6

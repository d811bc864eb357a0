"""A run of each kind of probe, with everything that the kind can tell: made up, but complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atalaia.environment.probes import ProbeKind
from atalaia.exchange.hop import Hop
from probes.model import ProbeResult, Reason, Run
from probes.totals import Counters, Outcome, Totals
from tests.support.probe_runs import NOW, failed, planned, retried, run, worked

_ADDRESS = {"probe_ip_protocol": 4.0, "probe_ip_addr_hash": 1_257_894_433.0}
_EXPIRY = {
    "probe_ssl_earliest_cert_expiry": NOW + 86400 * 60,
    "probe_ssl_last_chain_expiry_timestamp_seconds": NOW + 86400 * 60,
}
_OVER_TLS = {
    "probe_tls_version_info": {"version": "TLS 1.3"},
    "probe_tls_cipher_info": {"cipher": "TLS_AES_256_GCM_SHA384"},
    "probe_ssl_last_chain_info": {
        "fingerprint_sha256": "0f" * 32,
        "subject": "CN=chat.test",
        "issuer": 'CN="An \\ authority"',
        "subjectalternative": "chat.test,www.chat.test",
        "serialnumber": "2a",
    },
}
_ALL_ADDRESSES = {"atalaia_probe_addresses": 2.0, "atalaia_probe_addresses_successful": 2.0}

TELLS: Mapping[ProbeKind, tuple[Mapping[str, float], Mapping[str, float], Mapping[str, Any]]] = {
    "http": (
        {"resolve": 0.0004, "connect": 0.0001, "tls": 0.003, "processing": 0.008, "transfer": 0.0001},
        {
            **_ADDRESS, **_EXPIRY, **_ALL_ADDRESSES, "probe_http_status_code": 200.0,
            "probe_http_content_length": 15.0, "probe_http_uncompressed_body_length": 15.0,
            "probe_http_redirects": 0.0, "probe_http_ssl": 1.0, "probe_http_version": 1.1,
            "probe_http_last_modified_timestamp_seconds": NOW - 3600, "probe_failed_due_to_regex": 0.0,
        },
        _OVER_TLS,
    ),
    "tcp": ({"resolve": 0.0004, "connect": 0.0001}, {**_ADDRESS, **_ALL_ADDRESSES}, {}),
    "tls": (
        {"resolve": 0.0004, "connect": 0.0001, "tls": 0.003},
        {**_ADDRESS, **_EXPIRY, **_ALL_ADDRESSES}, _OVER_TLS,
    ),
    "dns": (
        {"resolve": 0.0004},
        {**_ADDRESS, "probe_dns_answer_rrs": 2.0, "probe_dns_query_succeeded": 1.0}, {},
    ),
    "postgres": ({"login": 0.006, "query": 0.001}, {"atalaia_probe_replication_lag_seconds": 0.25}, {}),
    "redis": ({"connect": 0.0002, "login": 0.0003}, {}, {}),
    "journey": ({"login": 0.02, "list": 0.005, "create": 0.006, "delete": 0.004}, {}, {}),
    "catalogue": ({"take": 0.004}, {}, {}),
}  # fmt: skip
"""Phases, facts and information of each kind."""


def example(kind: ProbeKind) -> tuple[Run, Counters]:
    """One that worked with all that it tells, one that did at the second attempt, and one that failed."""
    phases, facts, information = TELLS[kind]
    ways = {"chat": Hop.SERVICE, "chat via kong": Hop.GATEWAY, "chat via haproxy": Hop.LOAD_BALANCER}
    one, two, three = (
        planned(name, kind, instance="http://chat.test:3003/health", hop=hop, group="chat")
        for name, hop in ways.items()
    )
    results: tuple[ProbeResult, ...] = (
        worked(one, phases=phases, facts=facts, information=information),
        retried(two),
        failed(three, reason=Reason.TIMEOUT),
    )
    if kind != "http":
        results = (results[0], worked(two, phases={}, facts={}), results[2])
    of = {
        each.planned.name: Totals().plus(
            Outcome(len(each.attempts), each.success, each.first_try, each.last.duration)
        )
        for each in results
    }
    return run(*results, guilty={"chat": Hop.LOAD_BALANCER}), Counters(NOW - 86400, of)

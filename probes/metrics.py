"""What probes write: every metric by its name. Nothing else is exposed.

Where blackbox_exporter 0.28 has a name it is taken, with its meaning; ours begin with `atalaia_probe_`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from atalaia.environment.probes import ProbeKind

RUN_LABELS = ("environment", "location", "shard")
"""Of every series; the grouping key, together with the job."""
PROBE_LABELS = (*RUN_LABELS, "probe", "kind", "instance", "hop")
"""Of every series of a probe. `instance` is what was probed: a Pushgateway writes an empty one otherwise."""
ALL: tuple[ProbeKind, ...] = ("http", "tcp", "tls", "dns", "postgres", "redis", "journey", "catalogue")


@dataclass(frozen=True)
class Metric:
    """One metric."""

    name: str
    type: Literal["gauge", "counter", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    """Beside those of a probe, or of a run."""
    kinds: tuple[ProbeKind, ...] = ALL
    """The kinds of probe that may have it; none: it is the run's."""
    absent: str = ""
    """When a probe does not have it."""

    @property
    def all_labels(self) -> tuple[str, ...]:
        """Every label."""
        return (*(PROBE_LABELS if self.kinds else RUN_LABELS), *self.labels)


_HTTP: tuple[ProbeKind, ...] = ("http",)
_TLS: tuple[ProbeKind, ...] = ("http", "tls")
_NAMED: tuple[ProbeKind, ...] = ("http", "tcp", "tls", "dns")
_NO_ANSWER = "without an answer"
_NO_HANDSHAKE = "without a TLS handshake"
_NO_STATE = "while the state file cannot be used"
_INVALID = "of a run that is not valid"

SUCCESS = Metric("probe_success", "gauge", "Whether the probe succeeded at last: 1 or 0.")
DURATION = Metric(
    "probe_duration_seconds", "gauge", "How long the attempt took that counts; seconds, failed ones too."
)
TIMEOUT = Metric("probe_timeout_seconds", "gauge", "How long an attempt may take.")
LOOKUP = Metric(
    "probe_dns_lookup_time_seconds",
    "gauge",
    "How long the name took to resolve.",
    kinds=_NAMED,
    absent="where no name was looked up",
)
HTTP_PHASES = Metric(
    "probe_http_duration_seconds",
    "gauge",
    "How long each phase of the request took: resolve, connect, tls, processing, transfer.",
    labels=("phase",),
    kinds=_HTTP,
    absent="each phase that was not reached, or not needed",
)
DNS_PHASES = Metric(
    "probe_dns_duration_seconds",
    "gauge",
    "How long each phase of the look-up took.",
    labels=("phase",),
    kinds=("dns",),
    absent="each phase that was not reached",
)
PHASES = Metric(
    "atalaia_probe_phase_duration_seconds",
    "gauge",
    "How long each phase took: of a journey its steps, of the others resolve, connect, tls, login, query.",
    labels=("phase",),
    kinds=("tcp", "tls", "postgres", "redis", "journey", "catalogue"),
    absent="each phase that was not reached",
)
FAILURE = Metric(
    "atalaia_probe_failure_info",
    "gauge",
    "Why the probe failed, out of a short list; always 1.",
    labels=("reason",),
    absent="while it succeeds",
)
GUILTY = Metric(
    "atalaia_probe_guilty",
    "gauge",
    "1 at the hop that fails while what is behind it answers the same request.",
    absent="everywhere else",
)
TIME = Metric("atalaia_probe_timestamp_seconds", "gauge", "When the probe last ran; Unix time.")
PLANNED_INTERVAL = Metric(
    "atalaia_probe_planned_interval_seconds",
    "gauge",
    "How often the probe is to run; limiters may ask for less.",
)
RUNS = Metric(
    "atalaia_probe_runs_total",
    "counter",
    "Times that the probe ran and told something about the stack, however often each was tried.",
    absent=_NO_STATE,
)
ATTEMPTS = Metric(
    "atalaia_probe_attempts_total", "counter", "Attempts, those included that came after a failed one.",
    absent=_NO_STATE,
)  # fmt: skip
SUCCESSES = Metric(
    "atalaia_probe_successes_total", "counter", "Runs that succeeded at last.", absent=_NO_STATE
)
FIRST_TRY = Metric(
    "atalaia_probe_first_try_successes_total",
    "counter",
    "Runs whose first attempt succeeded: a retried success is no first one.",
    absent=_NO_STATE,
)
IN_A_ROW = Metric(
    "atalaia_probe_failures_in_a_row",
    "gauge",
    "Runs that failed at last since the last success; not those that say nothing about the stack.",
    absent=_NO_STATE,
)
HISTOGRAM = Metric(
    "atalaia_probe_duration_seconds",
    "histogram",
    "How long the attempts took that count, failed ones too.",
    absent=_NO_STATE,
)
LAST_RUN = Metric(
    "atalaia_probe_last_run_timestamp_seconds",
    "gauge",
    "When the last run ended, and left no probe overdue; Unix time.",
    kinds=(),
)
INTERVAL = Metric("atalaia_probe_interval_seconds", "gauge", "How often runs are to come.", kinds=())
RUN_DURATION = Metric("atalaia_probe_run_duration_seconds", "gauge", "How long the run took.", kinds=())
VALID = Metric(
    "atalaia_probe_run_valid",
    "gauge",
    "0 where the negative control did not fail: no result of the run is believed, and none exposed.",
    kinds=(),
)
COUNTING = Metric(
    "atalaia_probe_counting",
    "gauge",
    "0 while the state file cannot be used: the run's results are exposed, but not counted.",
    kinds=(),
    absent=_INVALID,
)
SINCE = Metric(
    "atalaia_probe_counters_start_timestamp_seconds",
    "gauge",
    "From when on is counted; Unix time. Where it is recent, the state was lost and counters began anew.",
    kinds=(),
    absent=f"{_NO_STATE}, and {_INVALID}",
)


def _gauge(name: str, text: str, kinds: tuple[ProbeKind, ...], absent: str, *labels: str) -> Metric:
    return Metric(name, "gauge", text, labels=labels, kinds=kinds, absent=absent)


FACTS = (
    _gauge("probe_ip_protocol", "4 or 6: the version of IP that was spoken.", _NAMED, "without an address"),
    _gauge("probe_ip_addr_hash", "The address, as a number that tells one from another.", _NAMED,
           "without an address"),
    _gauge("probe_http_status_code", "The status of the last answer.", _HTTP, _NO_ANSWER),
    _gauge("probe_http_content_length", "What the answer's Content-Length says.", _HTTP,
           "where the answer has none"),
    _gauge("probe_http_uncompressed_body_length", "Bytes of the answer's body.", _HTTP, _NO_ANSWER),
    _gauge("probe_http_redirects", "Redirects that were followed.", _HTTP, _NO_ANSWER),
    _gauge("probe_http_ssl", "Whether the last answer came over TLS.", _HTTP, _NO_ANSWER),
    _gauge("probe_http_version", "The version of HTTP of the answer.", _HTTP, _NO_ANSWER),
    _gauge("probe_http_last_modified_timestamp_seconds", "What Last-Modified says; Unix time.", _HTTP,
           "where the answer has none"),
    _gauge("probe_failed_due_to_regex", "Whether a regular expression did not match.", _HTTP, _NO_ANSWER),
    _gauge("probe_ssl_earliest_cert_expiry", "When the first certificate of the chain expires; Unix time.",
           _TLS, _NO_HANDSHAKE),
    _gauge("probe_ssl_last_chain_expiry_timestamp_seconds",
           "When the verified chain expires that lasts longest; Unix time.", _TLS, _NO_HANDSHAKE),
    _gauge("probe_ssl_last_chain_info", "The server's certificate; always 1.", _TLS, _NO_HANDSHAKE,
           "fingerprint_sha256", "subject", "issuer", "subjectalternative", "serialnumber"),
    _gauge("probe_tls_version_info", "The version of TLS that was spoken; always 1.", _TLS, _NO_HANDSHAKE,
           "version"),
    _gauge("probe_tls_cipher_info", "The cipher that was agreed; always 1.", _TLS, _NO_HANDSHAKE, "cipher"),
    _gauge("probe_dns_answer_rrs", "Addresses that the name has.", ("dns",), "where it does not resolve"),
    _gauge("probe_dns_query_succeeded", "Whether the name was resolved.", ("dns",), ""),
    _gauge("atalaia_probe_addresses", "Addresses of the name that were probed.", ("http", "tcp", "tls"),
           "unless all addresses are probed"),
    _gauge("atalaia_probe_addresses_successful", "How many of them do.", ("http", "tcp", "tls"),
           "unless all addresses are probed"),
    _gauge("atalaia_probe_replication_lag_seconds", "How far the replica is behind.", ("postgres",),
           "of a primary"),
)  # fmt: skip
"""What a kind measures beyond success, duration and phases (`Attempt.facts`, `Attempt.information`)."""

METRICS = (
    SUCCESS, DURATION, TIMEOUT, LOOKUP, HTTP_PHASES, DNS_PHASES, *FACTS, PHASES, FAILURE, GUILTY, TIME,
    PLANNED_INTERVAL, RUNS, ATTEMPTS, SUCCESSES, FIRST_TRY, IN_A_ROW, HISTOGRAM, LAST_RUN, INTERVAL,
    RUN_DURATION, VALID, COUNTING, SINCE,
)  # fmt: skip
"""All, in the order of a page."""
BY_NAME = {metric.name: metric for metric in METRICS}

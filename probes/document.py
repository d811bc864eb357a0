"""What probes write, as a page for people: docs/probes.md."""

from __future__ import annotations

from collections.abc import Iterator

from probes.metrics import ALL, METRICS, PROBE_LABELS, RUN_LABELS, Metric
from probes.model import Reason
from probes.totals import EDGES
from probes.vantage import JOB

_PREFACE = """\
# What probes write

This page is generated from the catalogue (`python -m probes.document > docs/probes.md`); a test keeps the
two the same, and holds that each kind of probe writes what is said here (tests/data/probes/).

Where blackbox_exporter has a name it is taken, with its meaning: its dashboards and alerts work. Ours begin
with `atalaia_probe_`. What was not measured is absent, never 0. Times are absolute (Unix time, in seconds):
a figure that was pushed an hour ago would be wrong as "days left".
"""

_READING = """\
## Reading them

- **A pushed value stays for ever.** The Pushgateway shows it until the next push, also when cron died.
  Believe `probe_success` only while `time() - atalaia_probe_last_run_timestamp_seconds` is below three
  intervals (`atalaia_probe_interval_seconds`); deploy/prometheus/rules/probes.yml has a recording rule that
  does. `push_time_seconds` alone says less: `atalaia probe run --probe NAME` pushes too, and takes the last
  results of the other probes along. How old the result of one probe is says
  `atalaia_probe_timestamp_seconds`.
- **Ratios from counters, not from gauges.** Prometheus scrapes a pushed gauge again and again, so that
  `avg_over_time(probe_success)` weighs a value by how long it lay there. Availability over a window is
  `increase(atalaia_probe_successes_total) / increase(atalaia_probe_runs_total)`; the first attempts alone
  are `atalaia_probe_first_try_successes_total` of `atalaia_probe_runs_total`.
- **Counters survive.** They live in a state file ($ATALAIA_STATE_DIR, else /var/lib/atalaia for root, else
  the XDG state directory; `probes/ENVIRONMENT.sqlite`), are counted in one transaction with the results
  they count, and never decrease: not by a kill, not by a clock that is set back. Where the file is broken
  it is moved aside (`.broken-…`), which is said, and they begin anew at 0, which Prometheus takes for what
  it is, a reset; `atalaia_probe_counters_start_timestamp_seconds` says when. Where it cannot be written (a
  full disk) they are absent, `atalaia_probe_counting` is 0, and the run exits 4; gauges are pushed all the
  same.
- **What was planned is remembered** in the same directory (`probes/plans`), and believed while the
  environment file, the gateway's and the monitoring's files that it names, the variables and Atalaia itself
  are as they were. No secret is in it: each is read from where it stands. Deleting it costs one run half a
  second.
- **Results are kept for 35 days**, some 150 bytes each: 40 probes a minute take 300 MB. What a run could
  not deliver is written for Prometheus by `atalaia probe backfill`.
- **Phases are the stack's time.** On Linux (x86-64, ARM64) `connect` is the kernel's own measure of the
  first round trip, and the others of http, tcp and tls probes end when the kernel saw arrive what ended them:
  a busy machine adds nothing. `tls` runs from our first word to the server's last; keys and certificates that
  are computed and checked here after it are in `probe_duration_seconds` only. `resolve` is what the system's
  resolver took, and ends when its thread has a processor. Where several pieces of an answer wait to be read,
  its first byte is taken to have come with the last of them.
- **Which probe a retry saved** is told by counters, not by `probe_success`: that is 1 for a second attempt
  too.
"""

_DELIVERY = f"""\
## In the Pushgateway

Each run is one PUT of one group: `job="{JOB}"`, {{run_labels}}. Targets are
labels of the series, never of the group: what leaves the environment is gone with the next run. Scrape it
with `honor_labels: true`, or `instance` becomes the Pushgateway's own. Series of the run have an empty
`instance`.

A page is judged before it is pushed, by stricter rules than the Pushgateway's. Network errors and 5xx are
tried again, at most six times and within the interval; a refusal (4xx) never is, and its reason is shown.
"""

_OUTPUTS = """\
## Elsewhere

Any number of these at once, beside the Pushgateway or instead of it:

- **A textfile** for node_exporter's collector: the same page, put there by a rename; its name is `….prom`.
- **JSON lines**: one object a result, appended: `run`, `environment`, `location`, `shard`, `valid`, `probe`,
  `kind`, `instance`, `hop`, `negative_control`, `started` (Unix time), `duration` (seconds), `success`,
  `first_try`, `attempts`, `reason`, `detail`, `phases`, `facts` (the metrics of its kind), and `guilty_hop`
  where one is known.
- **JUnit**: a test a probe. Of a run whose negative control did not fail every test is an error.
"""

_REASONS = {
    Reason.DNS: "the name has no address",
    Reason.REFUSED: "nobody listens",
    Reason.UNREACHABLE: "no way there",
    Reason.TIMEOUT: "no answer in time",
    Reason.TLS: "no TLS handshake",
    Reason.CERTIFICATE: "a certificate that is expired, about to, or not for this name",
    Reason.RESET: "the connection was cut",
    Reason.PROTOCOL: "an answer that is none",
    Reason.REDIRECTS: "too many redirects",
    Reason.AUTH: "credentials are not taken",
    Reason.STATUS: "another status",
    Reason.HEADER: "another header",
    Reason.BODY: "another body",
    Reason.LATENCY: "the right answer, too late",
    Reason.VALUE: "another value: of a query, a role, an address, a JSON document",
    Reason.CHECK: "a check of the catalogue fails",
    Reason.QUORUM: "some addresses do, too few",
    Reason.BLOCKED: "what the check needs first does not hold",
    Reason.UNMEASURED: "this machine could not measure: its load, its address, a limiter that others used up",
    Reason.DEFECT: "a defect of Atalaia",
}


def render() -> str:
    """The page in Markdown."""
    return "\n".join([*_lines(), ""]).replace("\n\n\n", "\n\n")


def _lines() -> Iterator[str]:
    yield _PREFACE
    yield "## Labels\n"
    yield f"- Every series: {_named(RUN_LABELS)}; in Prometheus the job too."
    yield f"- Of a probe also: {_named(PROBE_LABELS[len(RUN_LABELS) :])}. `instance` is what was probed."
    yield ""
    yield "## Of every probe\n"
    yield from _table(metric for metric in METRICS if metric.kinds == ALL)
    yield f"Buckets of the histogram end at {', '.join(f'{edge:g}' for edge in EDGES)} seconds.\n"
    yield "## Of some kinds\n"
    yield from _table((metric for metric in METRICS if metric.kinds not in {ALL, ()}), kinds=True)
    yield "## Of a run\n"
    yield from _table(metric for metric in METRICS if not metric.kinds)
    yield "## Reasons\n"
    yield "The label `reason`; the list is bounded. `atalaia probe show`, JSON lines and JUnit tell more.\n"
    yield "| reason | why the probe failed |\n|---|---|"
    yield from (f"| `{reason}` | {words} |" for reason, words in _REASONS.items())
    yield ""
    yield _READING
    yield _DELIVERY.format(run_labels=_named(RUN_LABELS))
    yield _OUTPUTS.rstrip("\n")


def _table(metrics: Iterator[Metric], *, kinds: bool = False) -> Iterator[str]:
    yield f"| metric | type | {'kinds | ' * kinds}meaning | absent |"
    yield f"|---|---|{'---|' * kinds}---|---|"
    for metric in metrics:
        name = f"`{metric.name}`" + "".join(f" `{{{label}}}`" for label in metric.labels)
        of = f"{', '.join(metric.kinds)} | " * kinds
        yield f"| {name} | {metric.type} | {of}{metric.help} | {metric.absent or 'never'} |"
    yield ""


def _named(labels: tuple[str, ...]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


if __name__ == "__main__":
    print(render(), end="")

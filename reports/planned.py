"""What an observation would send, in words and requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from atalaia.exchange.observable import Connect, Handshake, HttpRequest, HttpSequence, Lookup, Observable
from atalaia.systems.drill.model import DrillMeasurement
from atalaia.systems.grafana.walk import SEARCH, SOURCES, Walk
from atalaia.systems.kong.admin.model import AdminList
from atalaia.systems.limiter.model import LimiterMeasurement
from atalaia.systems.programs import Program
from atalaia.systems.prometheus.counted_page import CountedPage
from atalaia.systems.prometheus.evaluated import EvaluatedRules
from atalaia.systems.prometheus.label_names import MOST, LabelNames
from atalaia.systems.prometheus.loop import LoopMeasurement
from atalaia.systems.prometheus.settled import ProbedPage, SettledTargets


def told(observables: Iterable[Observable]) -> Iterator[str]:
    """A line for each, equal ones counted; what belongs to one is indented below it."""
    lines = Counter("\n  ".join(_lines(seen)) for seen in observables)
    for text, count in lines.items():
        yield from (f"{count} x {text}" if count > 1 else text).split("\n")


def _lines(seen: Observable) -> Iterator[str]:
    match seen:
        case HttpRequest():
            yield _request(seen)
        case LoopMeasurement():
            yield from _loop(seen)
        case HttpSequence(steps=steps):
            again = " (again where it is slow)" if seen.within else ""
            same = len({_request(step) for step in steps}) == 1
            what = _request(steps[0]) if same else f"{seen.key} ({steps[0].url.origin})"
            yield f"{len(steps)} requests in a row{again}: {what}"
        case LimiterMeasurement():
            at, within = seen.requests[0].url.origin, f"within {seen.window:g} s"
            yield f"up to {seen.most} requests {within}, until the limiter denies: {seen.key} ({at})"
        case AdminList():
            yield f"GET {seen.url.origin}{seen.path}, page by page"
        case Lookup():
            yield f"resolve {seen.host}"
        case Connect():
            yield f"connect to {seen.url.host}:{seen.url.port}"
        case Handshake():
            yield f"TLS handshake with {seen.url.host}:{seen.url.port}"
        case _:
            yield from _of_monitoring(seen)


def _of_monitoring(seen: Observable) -> Iterator[str]:
    match seen:
        case Program(steps=steps):
            yield f"{_request(steps[0])}; further documents where that does not tell which program answers"
        case CountedPage():
            yield f"{_request(seen.page)}, until it tells of a request, for at most {seen.within:g} s"
        case ProbedPage():
            yield f"{_request(seen.page)}, and {seen.targets.target} of Prometheus"
        case SettledTargets():
            yield f"{_request(seen.targets)}, until all is scraped; {seen.runtime.target}"
        case EvaluatedRules():
            yield f"{_request(seen.rules)}, until all are evaluated, for at most {seen.within:g} s"
        case LabelNames():
            yield f"GET {seen.url.origin}/api/v1/labels for each metric of the rules, at most {MOST} times"
        case Walk():
            yield f"GET {seen.url.origin}{SEARCH}, {SOURCES}; of each declared data source its health and, by"
            yield "its proxy, when Prometheus was started; each declared dashboard"
        case DrillMeasurement():
            yield from _drill(seen)
        case _:
            yield seen.key


def _request(seen: HttpRequest) -> str:
    return f"{seen.method} {seen.url.origin}{seen.target}"


def _loop(seen: LoopMeasurement) -> Iterator[str]:
    """The only requests that a limiter may count are told each."""
    yield f"{len(seen.requests)} requests that everybody must count, one after the other:"
    yield from (f"{count} x {text}" for text, count in Counter(map(_request, seen.requests)).items())
    pages = dict.fromkeys(page.url.origin for leg in seen.legs for page in leg.pages)
    yield f"before and after them the pages of metrics of {len(pages)} servers, again and again"
    yield f"after them queries to {seen.targets.url.origin}, and through Grafana"


def _drill(seen: DrillMeasurement) -> Iterator[str]:
    group = "/metrics/job/atalaia-drill/instance/NAME"
    yield f"a fire drill: PAGES whoever is behind receiver {seen.receiver}; at most {seen.within:g} s a leg"
    yield f"PUT {seen.pushgateway.origin}{group}: the drill, on which the alert fires"
    yield f"GET {seen.prometheus.origin}/api/v1/alerts, until it does"
    yield f"GET {seen.alertmanager.origin}/api/v2/alerts, until it has it; /api/v2/silences, /api/v2/status"
    if seen.deliveries:
        yield f"GET {seen.deliveries.origin}{seen.deliveries.path}, until it has arrived"
    else:
        yield f"GET {seen.alertmanager.origin}/metrics, until it has counted what arrived"
    yield f'POST {seen.alertmanager.origin}/api/v2/silences: one on drill="true", for a minute at most'
    yield f"DELETE {seen.alertmanager.origin}/api/v2/silence/ID: its end, and that of any left over"
    yield f"DELETE {seen.pushgateway.origin}{group}: the end, and of any drill that is over"

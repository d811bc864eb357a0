"""Documents of Prometheus' HTTP API about what it scrapes, keeps and runs with; recorded, and broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import read_value, read_vector
from atalaia.systems.prometheus.configuration import (
    SECTIONS,
    differences,
    differences_of_job,
    read_configuration,
    read_loaded,
)
from atalaia.systems.prometheus.configuration_defaults import intervals
from atalaia.systems.prometheus.durations import seconds, unix
from atalaia.systems.prometheus.figure import Figure, expression
from atalaia.systems.prometheus.runtime import read_runtime
from atalaia.systems.prometheus.targets import read_targets

DATA = Path(__file__).parents[3] / "data" / "prometheus"
TARGETS = (DATA / "targets.json").read_bytes()
RUNTIME = (DATA / "runtimeinfo.json").read_bytes()
LOADED = (DATA / "config.json").read_bytes()
MEANT = yaml.safe_load((DATA / "meant.yml").read_text())
BROKEN = [
    b"",
    b"Service Unavailable",
    b"<html><body>502</body></html>",
    b'{"status":"success","data":{"act',
    b'{"status":"error","errorType":"internal","error":"the WAL is replayed"}',
    b'{"status":"success"}',
    b'{"status":"success","data":[]}',
    b'{"status":"success","data":{}}',
    b"[" * 10_000,
]


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("read", [read_targets, read_runtime, read_loaded, read_vector, read_value])
def test_what_is_no_such_document_is_told_not_raised(read, body):
    assert isinstance(read(body), Unreadable)


def test_targets_that_are_none_of_prometheus_are_unreadable():
    assert isinstance(read_targets(b'{"status":"success","data":{"activeTargets":[{}]}}'), Unreadable)
    assert isinstance(read_targets(b'{"status":"success","data":{"activeTargets":[null]}}'), Unreadable)


def test_targets_are_read():
    targets = read_targets(TARGETS)
    assert targets.jobs() == ("auth-service", "kong", "postgres")
    first, second = targets.of("kong")
    assert (first.health, first.interval, first.error) == ("up", 1.0, "")
    assert first.address == "127.0.0.1:23646" != second.address
    assert first.scraped_at == pytest.approx(1795286784.718571)
    assert targets.page("kong", second.address) == (second,)
    assert targets.page("kong", "kong:8100") == (first, second)


def test_targets_are_complete_when_each_was_scraped_once():
    document = json.loads(TARGETS)
    assert read_targets(TARGETS).complete([("kong", 2), ("auth-service", 1)])
    assert not read_targets(TARGETS).complete([("kong", 3)])
    assert not read_targets(TARGETS).complete([("redis", 1)])
    document["data"]["activeTargets"][0] |= {"health": "unknown", "lastScrape": "0001-01-01T00:00:00Z"}
    unknown = read_targets(json.dumps(document).encode())
    assert unknown.active[0].scraped_at is None
    assert not unknown.complete([("kong", 2)])


@pytest.mark.parametrize(
    ("said", "kept", "size"),
    [("8d8h", 720_000, ""), ("15d or 1GB", 1_296_000, "1GB"), ("1GiB", None, "1GiB"), ("1y", 31_536_000, "")],
)
def test_retention_is_read_in_all_its_forms(said, kept, size):
    document = json.loads(RUNTIME)
    document["data"]["storageRetention"] = said
    runtime = read_runtime(json.dumps(document).encode())
    assert (runtime.kept, runtime.size, runtime.retention) == (kept, size, said)


def test_prometheus_is_configured_when_it_read_its_configuration_last():
    document = json.loads(RUNTIME)
    assert read_runtime(RUNTIME).configured_at == pytest.approx(1795286779.28075)
    document["data"]["lastConfigTime"] = "2026-11-21T18:50:00Z"
    assert read_runtime(json.dumps(document).encode()).configured_at == unix("2026-11-21T18:50:00Z")


@pytest.mark.parametrize(
    ("text", "length"),
    [("0", 0), ("1m30s", 90), ("1500ms", 1.5), ("", None), ("5", None), ("1h or 1GB", None), ("-1s", None)],
)
def test_durations(text, length):
    assert seconds(text) == length


def test_moments():
    assert unix("2026-11-21T18:46:24.919451337Z") == pytest.approx(1795286784.919451)
    assert unix("0001-01-01T00:00:00Z") is None
    assert unix("yesterday") is None


def told(change) -> list[str]:
    """Differences of what is loaded from what is meant, once that was changed."""
    meant = json.loads(json.dumps(MEANT))
    change(meant)
    loaded = read_loaded(LOADED)
    sections = (*SECTIONS, None)
    return [str(each) for section in sections for each in differences(loaded, meant, section)]


def test_what_prometheus_writes_anew_means_the_same():
    assert told(lambda meant: None) == []


def test_no_setting_that_is_written_anew_is_a_difference():
    loaded = read_loaded((DATA / "settings.json").read_bytes())
    meant = yaml.safe_load((DATA / "settings.yml").read_text())
    assert [str(each) for name in (*SECTIONS, None) for each in differences(loaded, meant, name)] == []
    for job in meant["scrape_configs"]:
        assert differences_of_job(loaded, meant, job["job_name"]) == ()
    meant["scrape_configs"][1]["body_size_limit"] = "6MB"
    meant["remote_write"][0]["url"] = "http://else:p@far/write?key=v"
    told = [str(each) for name in (*SECTIONS, None) for each in differences(loaded, meant, name)]
    assert told == [
        "scrape_configs[all].body_size_limit: 5MiB, meant: 6MB",
        "remote_write[0].url: http://[redacted]:[redacted]@far/write?key=[redacted], another one, "
        "meant: http://[redacted]:[redacted]@far/write?key=[redacted]",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda meant: meant["global"].update(scrape_interval="1000ms"),
        lambda meant: meant["scrape_configs"][0].update(metrics_path="/metrics", scheme="http"),
        lambda meant: meant["scrape_configs"][0].update(scrape_interval="1s", honor_labels=False),
        lambda meant: meant["scrape_configs"][1]["static_configs"][0]["targets"].reverse(),
        lambda meant: meant["scrape_configs"].reverse(),
        lambda meant: meant.update(rule_files=["./rules/*.yml", "/etc/prometheus/rules/atendeai/*.yml"]),
        lambda meant: meant["alerting"]["alertmanagers"][0].update(timeout="10s", api_version="v2"),
    ],
    ids=["milliseconds", "defaults", "inherited", "addresses", "order of jobs", "paths", "Alertmanager"],
)
def test_other_words_for_the_same_are_no_difference(change):
    assert told(change) == []


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            lambda meant: meant["scrape_configs"][0].update(scrape_interval="30s"),
            "scrape_configs[auth-service].scrape_interval: 1s, meant: 30s",
        ),
        (
            lambda meant: meant["global"].update(evaluation_interval="15s"),
            "global.evaluation_interval: 1s, meant: 15s",
        ),
        (
            lambda meant: meant["global"]["external_labels"].update(stack="neo"),
            "global.external_labels.stack: atendeai, meant: neo",
        ),
        (
            lambda meant: meant["scrape_configs"].pop(),
            "scrape_configs[pushgateway]: there, meant: not there",
        ),
        (
            lambda meant: meant["scrape_configs"].append({"job_name": "redis"}),
            "scrape_configs[redis]: not there, meant: there",
        ),
        (
            lambda meant: meant["scrape_configs"][2].pop("honor_labels"),
            "scrape_configs[pushgateway].honor_labels: true, meant: nothing",
        ),
        (
            lambda meant: meant["scrape_configs"][1]["static_configs"][0]["targets"].pop(),
            "scrape_configs[kong].static_configs[0].targets: 127.0.0.1:23649, meant: nothing",
        ),
        (
            lambda meant: meant["scrape_configs"][0].update(basic_auth={"username": "a", "password": "b"}),
            "scrape_configs[auth-service].basic_auth: nothing, meant: {username: a, password: [redacted]}",
        ),
        (lambda meant: meant["rule_files"].append("more.yml"), "rule_files: nothing, meant: more.yml"),
        (
            lambda meant: meant["alerting"]["alertmanagers"][0].update(scheme="https"),
            "alerting.alertmanagers[0].scheme: http, meant: https",
        ),
        (
            lambda meant: meant.update(remote_write=[{"url": "http://long-term:9009"}]),
            "remote_write[0]: not there, meant: url http://long-term:9009",
        ),
    ],
)
def test_a_difference_says_which_path_differs(change, difference):
    assert told(change) == [difference]


def test_what_all_jobs_inherit_is_told_once():
    assert told(lambda meant: meant["global"].update(scrape_interval="15s", scrape_timeout="1s")) == [
        "global.scrape_interval: 1s, meant: 15s"
    ]


def test_a_secret_is_no_difference():
    loaded = {"scrape_configs": [{"job_name": "a", "basic_auth": {"username": "u", "password": "<secret>"}}]}
    meant = {"scrape_configs": [{"job_name": "a", "basic_auth": {"username": "u", "password": "x"}}]}
    assert differences(loaded, meant, "scrape_configs") == ()
    meant["scrape_configs"][0]["basic_auth"].pop("password")
    (difference,) = differences(loaded, meant, "scrape_configs")
    assert difference.path == "scrape_configs[a].basic_auth.password"
    assert difference.place == ("scrape_configs", 0, "basic_auth", "password")


def loaded_and_meant(loaded: dict, meant: dict) -> list[str]:
    """Differences of one job's settings."""
    both = ({"scrape_configs": [{"job_name": "a", **each}]} for each in (loaded, meant))
    return [str(each) for each in differences(*both, "scrape_configs")]


def test_source_labels_are_joined_in_their_order():
    rules = [{"relabel_configs": [{"source_labels": each}]} for each in (["b", "a"], ["a", "b"])]
    path = "scrape_configs[a].relabel_configs[0].source_labels"
    assert loaded_and_meant(*rules) == [f"{path}: b, a, meant: a, b"]


def test_a_rule_that_was_put_before_others_is_one_difference():
    drop = {"source_labels": ["x"], "regex": "y", "action": "drop"}
    rules = [{"source_labels": [name], "target_label": name} for name in "abc"]
    path = "scrape_configs[a].relabel_configs"
    (difference,) = loaded_and_meant({"relabel_configs": [drop, *rules]}, {"relabel_configs": rules})
    assert difference == (
        f"{path}[0]: source_labels x; regex y; replacement $1; action drop, meant: not there"
    )
    (difference,) = loaded_and_meant({"relabel_configs": rules}, {"relabel_configs": [*rules[1:], rules[0]]})
    assert difference.startswith(f"{path}[2]: the same as entry 1, meant: source_labels a; target_label a;")


def test_a_label_more_is_told():
    label = {"static_configs": [{"targets": ["h:1"], "labels": {"tier": "x"}}]}
    bare = {"static_configs": [{"targets": ["h:1"]}]}
    assert loaded_and_meant(label, bare) == [
        "scrape_configs[a].static_configs[0].labels: {tier: x}, meant: nothing"
    ]


SECRET = "S3cretThatNobodyMaySee"
OTHER = "An0therSecretOfTheirs"


@pytest.mark.parametrize(
    "settings",
    [
        "params: {token: [SECRET]}",
        "params: {apikey: [SECRET]}",
        "params: {anything: [SECRET]}",
        "metrics_path: /metrics?x=SECRET",
        "proxy_url: http://proxy:SECRET@h:1/",
        "proxy_url: http://proxy:SECRET/more@h:1/",
        "static_configs: [{targets: ['http://h/p?key=SECRET']}]",
        "static_configs: [{targets: [h], labels: {__param_key: SECRET}}]",
        "metric_relabel_configs: [{target_label: api_token, replacement: SECRET}]",
        "http_sd_configs: [{url: 'http://u:SECRET@h/sd?k=SECRET'}]",
        "eureka_sd_configs: [{whatever: SECRET}]",
        "oauth2: {client_secret: SECRET, endpoint_params: {p: SECRET}}",
    ],
)
def test_no_difference_shows_a_secret_of_either_side(settings):
    loaded, meant = (yaml.safe_load(settings.replace("SECRET", each)) for each in (SECRET, OTHER))
    differing = loaded_and_meant(loaded, meant)
    assert differing
    for told in differing:
        assert SECRET not in told
        assert OTHER not in told
        assert "[redacted]" in told


def test_a_secret_of_another_section_is_not_shown():
    loaded, meant = ({"remote_read": [{"url": f"http://u:{each}@h/read?key={each}"}]} for each in "ab")
    (difference,) = differences(loaded, meant, None)
    told = "http://[redacted]:[redacted]@h/read?key=[redacted]"
    assert (difference.meant, difference.running) == (told, f"{told}, another one")


def test_what_was_taken_out_before_is_any_secret():
    loaded = {"remote_read": [{"url": "http://u:[redacted]@h/read"}]}
    assert differences(loaded, {"remote_read": [{"url": "http://u:secret@h/read"}]}, None) == ()
    assert differences(loaded, {"remote_read": [{"url": "http://u:secret@else/read"}]}, None) != ()


def test_intervals_of_jobs_are_their_own_or_inherited():
    text = "scrape_configs: [{job_name: a}, {job_name: b, scrape_interval: 5s}, {}]"
    assert intervals(read_configuration(text)) == {"a": 60.0, "b": 5.0}
    assert intervals(read_configuration("")) == {}
    assert isinstance(read_configuration("a: [b"), Unreadable)
    assert isinstance(read_configuration("- a"), Unreadable)


def vector(*values: tuple[dict[str, str], str]) -> bytes:
    """An answer to an instant query."""
    result = [{"metric": metric, "value": [1795286784.9, value]} for metric, value in values]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


def test_values_are_read():
    assert read_value(vector(({}, "12"))) == 12.0
    assert read_value(vector()) is None
    nan = read_value(vector(({"__name__": "a"}, "NaN")))
    assert nan != nan
    assert read_value(b'{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}') == 2.0
    assert isinstance(read_value(vector(({"a": "1"}, "1"), ({"a": "2"}, "1"))), Unreadable)
    assert read_vector(vector(({"__name__": "x", "b": "2", "a": "1"}, "+Inf"))) == {
        (("a", "1"), ("b", "2")): float("inf")
    }


@pytest.mark.parametrize("result", ["[]", '[{"metric":{}}]', '{"resultType":"vector"}', '"up"'])
def test_a_result_of_another_kind_is_unreadable(result):
    body = f'{{"status":"success","data":{{"resultType":"matrix","result":{result}}}}}'
    assert isinstance(read_vector(body.encode()), Unreadable)


PAGE = b"""# TYPE http_requests_total counter
http_requests_total{method="GET",route="/api/v1/users"} 3
http_requests_total{method="GET",route="/health"} 40
http_requests_total{method="POST",route="/api/v1/users"} 2
http_requests_total_of_others{route="/"} 7
"""


def test_a_figure_is_summed_up_on_a_page_and_asked_of_prometheus_alike():
    figure = Figure("http_requests_total", uncounted=("/health", "/metrics"))
    assert figure.on(PAGE) == 5
    assert Figure("http_requests_total", (("method", "GET"),)).on(PAGE) == 43
    assert Figure("kong_http_requests_total").on(PAGE) == 0
    assert expression([figure], "users") == (
        'sum(http_requests_total{job="users", route!="/health", route!="/metrics"})'
    )
    assert Figure("a", (("b", 'say "x"\\'),)).selector("j") == r'a{job="j", b="say \"x\"\\"}'

"""What an Alertmanager 0.25 told of a configuration with a channel of every kind, against that one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from atalaia.systems.alertmanager.api import read_configuration, read_status
from atalaia.systems.alertmanager.differences import differences
from atalaia.systems.document import Unreadable
from tests.support.told import DATA

GIVEN = (DATA / "alertmanager" / "kinds.yml").read_text()
STATUS = (DATA / "alertmanager" / "kinds.json").read_bytes()
RUNNING: Any = read_status(STATUS)
SECRET = "S3cretThatNobodyMaySee"
OTHER = "An0therSecretOfTheirs"


def channel(configuration: Any, kind: str, at: int = 0) -> dict[str, Any]:
    """A channel of the only receiver."""
    found: dict[str, Any] = configuration["receivers"][0][f"{kind}_configs"][at]
    return found


def differing(
    runs: Callable[[Any], Any] = lambda live: None, meant: Callable[[Any], Any] = lambda given: None
) -> list[str]:
    """The differences, once what runs, and what is meant, were changed."""
    live, given = copy.deepcopy(RUNNING), yaml.safe_load(GIVEN)
    runs(live)
    meant(given)
    return [str(each) for each in differences(given, live)]


def test_what_it_tells_of_a_configuration_is_that_configuration() -> None:
    assert differing() == []
    assert not isinstance(RUNNING, Unreadable)
    assert list(differences(RUNNING, RUNNING)) == []


SENDS = {
    "slack": False, "email": False, "wechat": False, "pagerduty": True, "webhook": True, "opsgenie": True,
    "victorops": True, "pushover": True, "sns": True, "telegram": True, "webex": True, "discord": True,
}  # fmt: skip


@pytest.mark.parametrize("kind", SENDS)
def test_whether_the_end_is_told_has_a_default_for_each_kind(kind: str) -> None:
    changed, default = (str(each).lower() for each in (not SENDS[kind], SENDS[kind]))
    (told,) = differing(lambda live: channel(live, kind).update(send_resolved=not SENDS[kind]))
    assert told == f"receivers[all].{kind}_configs[0].send_resolved: {changed}, meant: {default}"


def test_mail_in_clear_is_told_once() -> None:
    def in_clear(live: Any) -> None:
        live["global"]["smtp_require_tls"] = False
        channel(live, "email").update(require_tls=False)
        channel(live, "email", 1).update(require_tls=False)

    assert differing(in_clear) == ["global.smtp_require_tls: false, meant: true"]
    (told,) = differing(lambda live: channel(live, "email").update(require_tls=False))
    assert told == "receivers[all].email_configs[0].require_tls: false, meant: true"


def test_a_header_that_nobody_meant_is_told() -> None:
    (told,) = differing(lambda live: channel(live, "email")["headers"].update(Bcc="spy@evil.example"))
    assert told == "receivers[all].email_configs[0].headers.bcc: spy@evil.example, meant: nothing"
    (told,) = differing(lambda live: channel(live, "email")["headers"].update(Subject="all is well"))
    assert told.startswith("receivers[all].email_configs[0].headers.subject: all is well, meant: {{ template")


def test_a_text_around_two_templates_is_no_default() -> None:
    text = '{{ template "slack.default.title" . }} all is well {{ .Status }}'
    (told,) = differing(lambda live: channel(live, "slack").update(title=text))
    assert told.startswith(f"receivers[all].slack_configs[0].title: {text}, meant: ")


def test_a_text_that_came_with_a_later_version_is_its_default() -> None:
    later = '{{ template "slack.default.later" . }}'
    assert differing(lambda live: channel(live, "slack").update(later=later)) == []


def test_what_is_taken_from_global_is_told_there() -> None:
    def other_proxy(live: Any) -> None:
        live["global"]["http_config"]["proxy_url"] = "http://p:1"
        for key, channels in live["receivers"][0].items():
            if key not in ("name", "email_configs"):
                for each in channels:
                    each["http_config"]["proxy_url"] = "http://p:1"

    told = differing(other_proxy)
    # Webex has an http_config of its own.
    assert told == [
        "global.http_config.proxy_url: http://p:1, meant: nothing",
        "receivers[all].webex_configs[0].http_config.proxy_url: http://p:1, meant: nothing",
    ]


def test_a_time_in_which_nobody_hears_is_told_by_its_name() -> None:
    (told,) = differing(lambda live: live["route"]["routes"][0].update(mute_time_intervals=["n", "always"]))
    assert told == "route.routes[0].mute_time_intervals: always, meant: nothing"


def test_other_words_for_the_same_are_no_difference() -> None:
    def said_otherwise(given: Any) -> None:
        given["route"]["routes"][0] = {"receiver": "all", "match": {"a": "b"}, "mute_time_intervals": ["n"]}
        given["route"]["group_wait"] = "30s"
        given["inhibit_rules"] = [{"source_matchers": ["a=b"], "target_matchers": ["c=~d"], "equal": ["x"]}]
        channel(given, "slack").update(send_resolved=False, short_fields=False)
        channel(given, "email").update(headers={"SUBJECT": '{{ template "email.default.subject" . }}'})

    assert differing(meant=said_otherwise) == []


def test_times_are_no_numbers() -> None:
    found = read_configuration("route: {}\ntime_intervals: [{name: n, x: 17:00, y: 0x1f, z: 12}]", "a.yml")
    assert found == {"route": {}, "time_intervals": [{"name": "n", "x": "17:00", "y": 31, "z": 12}]}


ROUTES = [{"receiver": "all", "matchers": [f"team={name}"]} for name in "abcd"]


@pytest.mark.parametrize(
    ("running", "told"),
    [
        ([*ROUTES[:2], {"receiver": "all", "matchers": ['x="y"']}, *ROUTES[2:]],
         ['route.routes[2]: matchers x="y"; receiver all, meant: not there']),
        ([ROUTES[0], *ROUTES[2:]], ['route.routes[1]: not there, meant: matchers team="b"; receiver all']),
        ([ROUTES[1], ROUTES[0], *ROUTES[2:]],
         ['route.routes[0]: the same as entry 2, meant: matchers team="a"; receiver all, as entry 1']),
        ([*ROUTES[:3], {**ROUTES[3], "group_wait": "1m"}],
         ["route.routes[3].group_wait: 1m, meant: nothing"]),
        ([*ROUTES[:3], {**ROUTES[3], "matchers": ["team=e"]}],
         ['route.routes[3].matchers: team="e", meant: team="d"']),
    ],
    ids=["more", "less", "moved", "changed", "matches others"],
)  # fmt: skip
def test_routes_are_held_against_those_that_they_are(running: Any, told: list[str]) -> None:
    assert (
        differing(
            lambda live: live["route"].update(routes=copy.deepcopy(running)),
            lambda given: given["route"].update(routes=copy.deepcopy(ROUTES)),
        )
        == told
    )


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("webhook", {"url": "http://u:SECRET@h:1/webhook?apikey=SECRET"}),
        ("webhook", {"url": "https://hooks.example/SECRET/T000"}),
        ("webhook", {"http_config": {"proxy_url": "http://u:SECRET@h/"}}),
        ("webhook", {"http_config": {"oauth2": {"endpoint_params": {"p": "SECRET"}}}}),
        ("slack", {"title_link": "https://hooks.example/SECRET"}),
        ("slack", {"unknown": "SECRET"}),
        ("pagerduty", {"details": {"token": "SECRET"}}),
        ("email", {"headers": {"X-Api-Key": "SECRET"}}),
    ],
)
def test_no_difference_shows_a_secret_of_either_side(kind: str, setting: dict[str, Any]) -> None:
    loaded, meant = (json.loads(json.dumps(setting).replace("SECRET", each)) for each in (SECRET, OTHER))
    found = differing(
        lambda live: channel(live, kind).update(loaded), lambda given: channel(given, kind).update(meant)
    )
    assert found
    for told in found:
        assert SECRET not in told
        assert OTHER not in told
    assert any("[redacted]" in told for told in found)


def test_a_webhook_is_told_by_its_server() -> None:
    (told,) = differing(lambda live: channel(live, "webhook").update(url="http://u:p@other:1/x?y=z"))
    assert told == (
        "receivers[all].webhook_configs[0].url: http://[redacted]@other:1/[redacted], "
        "meant: http://h.example/[redacted]"
    )


def test_what_was_taken_out_before_is_any_secret() -> None:
    assert differing(lambda live: channel(live, "webhook").update(url="http://h.example[redacted]")) == []

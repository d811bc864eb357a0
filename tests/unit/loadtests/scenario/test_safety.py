"""Where load is refused: each rule, in its words."""

from __future__ import annotations

import pytest

STEADY = "name: a\narrivals: uniform\nstages: [{rate: 100/s, for: 1m}]\n"
SEARCH = "name: a\nbreakpoint: {from: 10/s, to: 100/s}\n"
SERVICE = 'name: shop\nservices: {api: {url: "http://api:80"}}\n'


@pytest.mark.parametrize(
    ("scenario", "environment", "said"),
    [
        (
            STEADY,
            SERVICE,
            "scenario.yml:1: shop is production, as safety says nothing else, and its environment does not"
            " allow"
            " load; `load: {allowed: true, max_rate: 50/s}` there allows so much and no more",
        ),
        (
            STEADY,
            SERVICE + "safety: production\nload: {allowed: true}",
            "scenario.yml:1: shop is production, and its environment does not allow load;"
            " `load: {allowed: true, max_rate: 50/s}` there allows so much and no more",
        ),
        (
            STEADY,
            SERVICE + "safety: production\nload: {max_rate: 1000/s}",
            "scenario.yml:1: shop is production, and its environment does not allow load;"
            " `load: {allowed: true, max_rate: 50/s}` there allows so much and no more",
        ),
        (
            STEADY,
            SERVICE + "safety: staging\nload: {allowed: false}",
            "scenario.yml:1: the environment shop says `load: {allowed: false}`; its owner changes that, or"
            " nobody does",
        ),
        (
            STEADY,
            SERVICE + "load: {allowed: true, max_rate: 50/s}",
            "scenario.yml:3: stages: it would send up to 100/s; at most load.max_rate, 50/s; a lower rate;"
            " the"
            " owner of shop may raise load.max_rate",
        ),
        (
            STEADY + "thresholds: {throughput: 100/s}",
            SERVICE + "safety: sandbox\nload: {max_rate: 100/s}",
            "scenario.yml:3: stages: it would send up to 102/s, 2 % beyond its rates among them; at most"
            " load.max_rate, 100/s; a lower rate; the owner of shop may raise load.max_rate",
        ),
        (
            STEADY + "mix: [{name: visit, steps: [{name: one, path: /a}, {name: two, path: /b}]}]",
            SERVICE + "safety: staging\nload: {allowed: true, max_rate: 150/s}",
            "scenario.yml:3: stages: it would send up to 200/s; at most load.max_rate, 150/s; a lower rate;"
            " the"
            " owner of shop may raise load.max_rate",
        ),
        (
            SEARCH,
            SERVICE + "load: {allowed: true, max_rate: 1000/s}",
            "scenario.yml:2: breakpoint: a search for what shop does not stand is never for production, as"
            " safety says nothing else; send it to staging, or to the sandbox",
        ),
        (
            SEARCH,
            SERVICE + "safety: staging\nload: {allowed: true, max_rate: 50/s}",
            "scenario.yml:2: breakpoint: it would send up to 102/s, 2 % beyond its rates among them; at most"
            " load.max_rate, 50/s; a lower rate; the owner of shop may raise load.max_rate",
        ),
        (
            STEADY + "mix: [{path: /a, method: POST}]",
            SERVICE + "safety: staging",
            "scenario.yml:4: mix[0].method: POST writes, and safety is staging; GET, HEAD or OPTIONS;"
            " `harmless: true` where the owner of the stack says that it changes nothing",
        ),
        (
            STEADY + "mix: [{name: v, steps: [{name: a, path: /a}, {name: b, path: /b, method: DELETE}]}]",
            SERVICE + "safety: staging",
            "scenario.yml:4: mix[0].steps[1].method: DELETE writes, and safety is staging; GET, HEAD or"
            " OPTIONS;"
            " `harmless: true` where the owner of the stack says that it changes nothing",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_and_in_which_words(refused, scenario, environment, said):
    assert refused(scenario, environment) == [said]


@pytest.mark.parametrize(
    ("scenario", "environment"),
    [
        (STEADY, SERVICE + "safety: staging"),
        (STEADY, SERVICE + "safety: sandbox"),
        (STEADY, SERVICE + "load: {allowed: true, max_rate: 100/s}"),
        (SEARCH, SERVICE + "safety: staging"),
        (STEADY + "mix: [{path: /a, method: POST}]", SERVICE + "safety: sandbox"),
        (STEADY + "mix: [{path: /a, method: POST, harmless: true}]", SERVICE + "safety: staging"),
        (STEADY + "mix: [{path: /a, method: POST}]", SERVICE + "safety: staging\nallow: {effects: [writes]}"),
    ],
)
def test_what_is_allowed(planned, scenario, environment):
    assert planned(scenario, environment).max_rate > 0


def test_the_pacer_keeps_to_what_the_environment_allows_in_arrivals(planned):
    allowed = SERVICE + "safety: staging\nload: {allowed: true, max_rate: 300/s}"
    assert planned(STEADY, allowed).max_rate == 300
    visit = "mix: [{name: visit, steps: [{name: one, path: /a}, {name: two, path: /b}]}]"
    assert planned(STEADY + visit, allowed).max_rate == 150
    assert planned(STEADY, SERVICE + "safety: staging").max_rate == pytest.approx(120)

"""The line of kong.yml that explains a header's fault."""

from __future__ import annotations

import pytest

from atalaia.checks.headers.causes import Causes
from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.kong.given import given

FILE = """\
_format_version: "3.0"
services:
- name: a
  url: http://a.test:3001
  routes:
  - name: users
    paths: [/users]
    plugins:
    - name: response-transformer
      config:
        replace: {headers: ["Referrer-Policy:no-referrer"]}
        append: {headers: ["X-Frame-Options:DENY"]}
        remove:
          headers: [X-Removed]
  - name: clinics
    paths: [/clinics]
plugins:
- name: response-transformer
  config:
    add:
      headers:
      - X-Frame-Options:DENY
      - "Content-Security-Policy:default-src 'none'"
"""
SCOPED = FILE.partition("plugins:\n- name")[0]


def causes(path: str, text: str = FILE, **more) -> Causes:
    url = parse_url("http://kong.test:8000", frozenset({"http"}))
    request = HttpRequest(key="x", hop=Hop.GATEWAY, url=url, target=path)
    return Causes(given(text, "kong.yml"), request, **more)


@pytest.mark.parametrize(
    ("path", "header", "line", "why"),
    [
        ("/users", "X-Frame-Options", 9, "the more specific response-transformer takes the place"),
        ("/users", "X-Removed", 14, "removes it"),
        ("/users", "Referrer-Policy", 11, "replaces it only where one came"),
        ("/clinics", "Referrer-Policy", 20, "does not add it"),
    ],
)
def test_what_is_missing_is_missing_for_a_reason(path, header, line, why):
    cause = causes(path).missing(header)
    assert why in cause.why
    assert cause.place.startswith("kong.yml:")
    assert int(cause.place.partition(":")[2]) in range(line, line + 3)


def test_what_the_plugin_adds_and_is_missing_has_no_cause_in_the_file():
    assert causes("/clinics").missing("X-Frame-Options").place == ""


def test_on_the_404_of_no_route_only_global_plugins_run():
    assert causes("/nowhere").missing("X-Frame-Options").place == ""
    text = SCOPED.replace("append:", "add:")
    cause = causes("/nowhere", text).missing("X-Frame-Options")
    assert cause.why == (
        "only the response-transformer of one route adds it, and on the 404 of no route it does not run"
    )
    assert cause.place == "kong.yml:12"


def test_a_weak_value_that_add_cannot_override_is_explained():
    cause = causes("/clinics").weak("X-Frame-Options", "ALLOWALL")
    assert cause.place == "kong.yml:22"
    assert "`add` never overrides" in cause.why


def test_a_weak_value_that_the_file_sets_is_its_own():
    assert causes("/users").weak("Referrer-Policy", "no-referrer").place == "kong.yml:11"


def test_appending_explains_what_comes_twice():
    assert causes("/users").twice("X-Frame-Options").place == "kong.yml:12"
    assert causes("/clinics").twice("X-Frame-Options").place == ""


def test_what_comes_later_may_have_taken_it_away():
    assert causes("/users", added_later=True).missing("X-Frame-Options").place == ""


@pytest.mark.parametrize("text", ["", "services: [{}]"])
def test_a_file_that_is_refused_explains_nothing(text):
    of = causes("/users", text)
    assert of.missing("X-Frame-Options").place == of.weak("A", "b").place == of.twice("A").place == ""


def test_without_a_file_there_is_nothing_to_point_at():
    request = causes("/users").request
    assert Causes(None, request).missing("X-Frame-Options").explains("no X") == "no X"

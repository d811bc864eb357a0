"""The declarative file against itself, and against what a node lists."""

from __future__ import annotations

from atalaia.checks.check import NotDeclared
from atalaia.checks.routing.declaration import DIFFERS, EXTRA, MISSING, REFUSED, accepted
from tests.unit.checks.routing.stack import FILE, changed, judged, lists, only, stack

ONE_MORE = FILE + "  - name: more\n    paths: [/more]\n"
SECRET = 'consumers:\n- username: app\n  keyauth_credentials: [{key: "not-to-be-shown"}]\n'
LIMITER = (
    "plugins:\n- name: rate-limiting\n  config: {minute: 5, policy: redis, redis_host: r, redis_password: "
)


def test_a_file_that_kong_takes_is_in_order():
    assert judged(REFUSED, "gateway") == []
    assert accepted(stack()) == ((REFUSED, "gateway"),)


def test_every_fault_of_a_file_is_told_with_kongs_words_and_its_line():
    declared = changed(
        ("- name: users\n  url", "- name: users\n  retrys: 2\n  url"), ("[/api/echo]", "[api/echo]")
    )
    first, second = judged(REFUSED, "gateway", declared=declared)
    assert (first.observed, first.cause) == (
        "Kong refuses it: services[0].retrys: unknown field",
        "kong.yml:4",
    )
    assert second.observed.endswith("paths[0]: should start with: / (fixed path) or ~/ (regex path)")
    assert second.cause == "kong.yml:21"


def test_a_refused_file_tells_no_secret():
    declared = stack(FILE + SECRET + SECRET.replace("consumers:\n", ""))
    findings = judged(REFUSED, "gateway", declared=declared)
    assert findings
    assert "not-to-be-shown" not in str(findings)


def test_a_node_that_serves_the_file_has_no_drift():
    for check in (MISSING, EXTRA, DIFFERS):
        assert judged(check, "kong-1", *lists(FILE)) == [], check.id


def test_what_a_node_lacks_is_told_with_the_files_line():
    finding = only(judged(MISSING, "kong-1", *lists(FILE), declared=stack(ONE_MORE)))
    assert (finding.observed, finding.cause) == ("the node does not have: routes more", "kong.yml:22")
    assert judged(EXTRA, "kong-1", *lists(FILE), declared=stack(ONE_MORE)) == []


def test_what_only_a_node_has_is_told_with_its_place_in_the_admin_api():
    finding = only(judged(EXTRA, "kong-1", *lists(ONE_MORE)))
    assert (finding.observed, finding.cause) == ("the node has: routes more", "/routes/more")
    assert judged(MISSING, "kong-1", *lists(ONE_MORE)) == []


def test_another_value_is_told_with_both():
    finding = only(judged(DIFFERS, "kong-1", *lists(FILE.replace("[GET, HEAD]", "[GET]"))))
    assert finding.expected == 'routes users: methods ["GET", "HEAD"]'
    assert (finding.observed, finding.cause) == ('["GET"]', "kong.yml:11")


def test_another_secret_is_told_as_such_and_not_shown():
    declared = stack(FILE + LIMITER + "first-one}\n")
    finding = only(judged(DIFFERS, "kong-1", *lists(FILE + LIMITER + "other-one}\n"), declared=declared))
    assert "config.redis_password" in finding.expected
    assert "-one" not in str(finding)
    assert finding.cause == "kong.yml:24"


def test_without_a_file_there_is_nothing_to_compare():
    assert REFUSED.targets(stack(None)) == NotDeclared("gateway.declarative")
    assert MISSING.targets(stack(None)) == NotDeclared("gateway.declarative")
    assert accepted(stack(None))[-1][0].id == "gateway.empty-configuration"

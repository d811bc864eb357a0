"""The catalogue: named, documented, without circles, and free of effects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atalaia.checks.catalogue import ALL, AREAS, CONNECTIVITY, SUITE_CHECKS, by_id
from atalaia.checks.check import NotDeclared
from atalaia.checks.document import render
from atalaia.environment import Effect
from atalaia.exchange.observable import HttpRequest, HttpSequence, Lookup
from atalaia.run.case import Cases, closure
from tests.support.declared import sandbox_as_declared
from tests.support.imagined import environment

ROOT = Path(__file__).parents[3]
NOT_DECLARED = {"token.challenge-missing"}
"""Checks that the sandbox declares nothing for."""


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """The sandbox, which declares everything that a check could look at."""
    return sandbox_as_declared(tmp_path_factory.mktemp("sandbox"))


def test_ids_are_unique_and_name_area_and_defect():
    ids = [check.id for check in ALL]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if not re.fullmatch(r"[a-z][a-z-]*\.[a-z0-9-]+", i)] == []
    assert all(by_id(check.id) is check for check in ALL)


def test_every_check_explains_itself_in_sentences():
    for check in ALL:
        assert check.catches.endswith("."), check.id
        assert check.remedy.endswith("."), check.id
        assert check.source, check.id


def test_connectivity_only_reads():
    assert {check.effect for check in CONNECTIVITY} == {Effect.READS}
    cases = Cases(environment())
    observables = [o for check in CONNECTIVITY for case in cases.of(check) for o in case.observables]
    steps = [step for o in observables for step in (o.steps if isinstance(o, HttpSequence) else (o,))]
    assert {step.method for step in steps if isinstance(step, HttpRequest)} == {"GET"}


def test_every_area_is_part_of_a_suite():
    assert {check for checks in AREAS.values() for check in checks} == set(ALL)
    assert set(SUITE_CHECKS["connectivity"]) == set(CONNECTIVITY)


def test_the_page_for_people_is_current():
    assert (ROOT / "docs" / "checks.md").read_text() == render()


def test_no_check_waits_for_itself(declared):
    done: dict[str, bool] = {}

    def visit(check, target, path=()):
        identity = f"{check.id}@{target}"
        assert identity not in path, f"{' → '.join(path)} → {identity}"
        if identity not in done:
            for need, of in check.requires(declared, target):
                visit(need, of, (*path, identity))
            done[identity] = True

    for check in ALL:
        targets = check.targets(declared)
        if isinstance(targets, NotDeclared):
            assert check.id in NOT_DECLARED, f"{check.id}: {targets.what}"
            continue
        assert targets, check.id
        for target in targets:
            visit(check, target)


def test_what_is_required_is_itself_a_case_of_the_catalogue(declared):
    for known_environment, checks in ((environment(), CONNECTIVITY), (declared, ALL)):
        cases = Cases(known_environment)
        planned = [case for check in checks for case in cases.of(check)]
        known = {case.identity for case in planned}
        assert {case.identity for case in closure(planned)} == known


def test_observables_with_one_key_are_one_observable(declared):
    for known, checks in ((environment(), CONNECTIVITY), (declared, ALL)):
        seen = {}
        for case in closure(case for check in checks for case in Cases(known).of(check)):
            for observable in case.observables:
                # Looking an address up is one observation, whatever the hop that listens there.
                if not isinstance(observable, Lookup):
                    assert seen.setdefault(observable.key, observable) == observable


def test_no_key_shows_a_secret(declared):
    keys = [o.key for check in ALL for case in Cases(declared).of(check) for o in case.observables]
    assert [key for key in keys for secret in declared.secrets() if secret in key] == []


def test_the_public_front_is_asked_once_a_path():
    cases = Cases(environment())
    observables = {o.key: o for check in CONNECTIVITY for case in cases.of(check) for o in case.observables}
    spent = sum(
        c.requests for o in observables.values() for c in o.costs if c.bucket == "load-balancer client"
    )
    # Three services (one at a backend's own path), the other backend, the private path, six well-known ones,
    # and four to see how they are spread; over TLS one backend, the private path, and the well-known ones.
    assert spent == 3 + 1 + 1 + 6 + 4 + 1 + 1 + 6

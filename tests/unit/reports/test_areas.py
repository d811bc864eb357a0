"""Every check of the catalogue is told under its area."""

from __future__ import annotations

import pytest

from atalaia.checks.catalogue import AREAS
from reports.areas import area_of, by_area
from tests.support.records import passed


@pytest.mark.parametrize("title", AREAS)
def test_a_check_is_told_under_the_area_that_the_catalogue_gives_it(title):
    assert {area_of(check.id) for check in AREAS[title]} == {title.lower()}


def test_a_check_that_this_version_does_not_know_is_told_by_its_prefix():
    assert area_of("rate-limit.too-high") == "rate limit"
    assert area_of("service.not-known-yet") == "services"


def test_areas_come_in_the_order_of_the_catalogue_and_unknown_ones_after_them():
    unknown = passed("new-thing.odd@x")
    known = [passed(f"{checks[0].id}@x") for checks in reversed(AREAS.values()) if checks]
    assert list(by_area([unknown, *known])) == [title.lower() for title in AREAS] + ["new thing"]

"""Sections that are defaults are made without a validator; one would have found nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from atalaia.environment import Environment
from atalaia.environment.base import Section
from atalaia.environment.probes import Expect
from probes.expected import Expected
from probes.planning import hops, monitoring, services


def defaults(model: type[Section]) -> Iterator[Section]:
    """The sections that fields of a model have as defaults, and those in them."""
    for field in model.model_fields.values():
        if isinstance(field.default, Section):
            yield field.default
            yield from defaults(type(field.default))


@pytest.mark.parametrize("default", [*defaults(Environment)], ids=lambda one: type(one).__name__)
def test_a_default_is_what_an_empty_section_is(default: Section) -> None:
    assert default == type(default).model_validate_json("{}")


def test_what_probes_expect_is_what_a_file_may_say() -> None:
    for expected in (hops._STATISTICS, services._ANSWERED, *monitoring._READY.values()):
        written = {name: value for name, value in asdict(expected).items() if value}
        told = {"headers": dict(expected.headers), "json": dict(written.pop("json_values", ()))}
        assert Expected.of(Expect.model_validate(written | told)) == expected

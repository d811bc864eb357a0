"""The declarative file, and what the nodes make of it."""

from atalaia.checks.routing import declaration
from suites.holds import holds


@holds(declaration.REFUSED)
def test_kong_takes_the_declarative_file(case, hold):
    hold(case)


@holds(declaration.MISSING)
def test_every_node_has_all_that_the_file_has(case, hold):
    hold(case)


@holds(declaration.EXTRA)
def test_no_node_has_what_the_file_does_not_have(case, hold):
    hold(case)


@holds(declaration.DIFFERS)
def test_every_node_has_the_values_of_the_file(case, hold):
    hold(case)

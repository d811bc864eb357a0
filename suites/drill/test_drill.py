"""The way of an alert, from a push to the people and back: one drill, looked at from all sides."""

from __future__ import annotations

from atalaia.checks.drill import arriving, firing, muting, resolving, routing
from suites.holds import holds


@holds(firing.NOT_FIRED)
def test_an_alert_fires_when_its_condition_holds(case, hold):
    hold(case)


@holds(firing.NOT_HANDED_OVER)
def test_the_alertmanager_hears_of_it(case, hold):
    hold(case)


@holds(routing.NOT_ROUTED)
def test_it_is_routed_to_the_declared_receiver_only(case, hold):
    hold(case)


@holds(routing.ELSEWHERE)
def test_it_arrives_nowhere_else(case, hold):
    hold(case)


@holds(arriving.NOT_DELIVERED)
def test_it_arrives_by_every_channel(case, hold):
    hold(case)


@holds(muting.NOT_INHIBITED)
def test_what_it_inhibits_arrives_nowhere(case, hold):
    hold(case)


@holds(muting.NOT_SILENCED)
def test_a_silence_keeps_it_back_while_it_lasts(case, hold):
    hold(case)


@holds(resolving.NOT_RESOLVED)
def test_it_resolves_when_its_cause_is_gone(case, hold):
    hold(case)


@holds(resolving.RESOLUTION_NOT_DELIVERED)
def test_that_it_is_over_arrives_too(case, hold):
    hold(case)


@holds(resolving.LEFT_BEHIND)
def test_nothing_is_left_behind(case, hold):
    hold(case)

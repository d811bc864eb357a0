"""One fault of CORS blocks what follows from it, and nothing else."""

from __future__ import annotations

from atalaia.checks.cors import answers, foreign, preflights, width
from atalaia.checks.cors.lint import MISLEADING
from atalaia.checks.cors.narrower import NARROWER
from atalaia.checks.cors.wider import WIDER
from tests.unit.checks.cors.modelled import CORS, Modelled, file_of

OTHERS = (foreign.ANY_ORIGIN, foreign.FOREIGN_ALLOWED, preflights.REFUSED, width.TOO_WIDE, answers.UNEXPOSED)


def own(config: str) -> str:
    """A file where /users has a cors plugin of its own."""
    return file_of(users=f"plugins: [{{name: cors, config: {{{config}}}}}]")


def explained(file: str, check, target):
    """What of the file a check waits for."""
    told = {WIDER, NARROWER, MISLEADING}
    return {need for need, _ in check.requires(Modelled(file).environment, target) if need in told}


def test_without_a_fault_nothing_is_waited_for():
    assert [explained(file_of(), check, "/clinics") for check in OTHERS] == [set()] * 5


def test_an_origin_on_one_route_blocks_nothing_of_another():
    file = own(CORS.replace('["https://app.example"]', '["https://app.example", "http://localhost:5173"]'))
    assert explained(file, foreign.ANY_ORIGIN, "/users") == {WIDER}
    assert [explained(file, check, "/clinics") for check in OTHERS] == [set()] * 5


def test_a_permission_kept_for_too_long_blocks_only_the_width_of_preflights():
    file = own(CORS.replace("max_age: 600", "max_age: 86400"))
    waiting = {check for check in OTHERS if explained(file, check, "/users")}
    assert waiting == {width.TOO_WIDE}


def test_a_missing_plugin_blocks_the_preflights_of_its_routes():
    file = file_of("")
    assert explained(file, preflights.PREFLIGHT_REFUSED, "/users") == {NARROWER}


def test_a_misleading_entry_on_one_route_hides_no_fault_of_another():
    misread = CORS.replace('["https://app.example"]', '["*", "https://app.example"]')
    evil = CORS.replace('["https://app.example"]', '["https://app.example", "https://evil.example"]')
    both = Modelled(file_of(evil, users=f"plugins: [{{name: cors, config: {{{misread}}}}}]"))
    assert MISLEADING not in {need for need, _ in WIDER.requires(both.environment, "app")}
    (finding,) = both.judge(WIDER, "app")
    assert "https://evil.example" in finding.observed
    assert "/clinics" in finding.observed
    assert explained(both.file, preflights.REFUSED, "/users") == {MISLEADING}


def test_where_only_the_gateway_tells_the_whole_policy_is_waited_for():
    environment = Modelled(declared=False).environment
    needs = preflights.REFUSED.requires(environment, "/users")
    assert {(WIDER, "app"), (NARROWER, "app")} <= set(needs)

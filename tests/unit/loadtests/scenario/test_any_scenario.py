"""Whatever a scenario says, it is planned or refused in words; what is planned can be written as requests."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atalaia.environment import Environment
from atalaia.errors import UsageError
from loadtests.generator.asking import ready
from loadtests.plan import LoadPlan
from loadtests.scenario import find, load, plan, thresholds
from loadtests.scenario.stages import arrivals
from tests.support.declared import sandbox_as_declared

RATES = st.sampled_from(["0/s", "1/s", "90/m", "250/s", "2000/s", "1000000/s"])
LENGTHS = st.sampled_from(["10ms", "1s", "90s", "3h"])
STAGES = st.lists(
    st.fixed_dictionaries({"from": RATES, "to": RATES, "for": LENGTHS}, optional={"warm_up": st.booleans()}),
    min_size=1,
    max_size=3,
)
PATHS = st.sampled_from(
    ["/", "//x", "/api/v1/users", "/api/v1/users/{id}", "/api/v1/auth/login", "/é?a={id}", "/{"]
)
HEADERS = st.dictionaries(
    st.sampled_from(["X-A", "authorization", "X-Clinic-ID", "x y"]),
    st.sampled_from(["b", "{id}", "é", "a\nb"]),
    max_size=2,
)
BODIES = st.recursive(
    st.sampled_from([None, 1, "{id}", "x", 1.5]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
STEP = {"path": PATHS, "method": st.sampled_from(["GET", "POST"]), "headers": HEADERS, "json": BODIES}
STEPS = st.fixed_dictionaries(STEP, optional={"save": st.just({"id": "/data/id"})}).map(
    lambda step: [{"name": "one", **step}, {"name": "two", "path": "/b/{id}" if "save" in step else "/b"}]
)
ENTRIES = st.one_of(
    st.fixed_dictionaries({"route": st.sampled_from(["/api/v1/users", "/webhook/whatsapp", "/none"])}),
    st.fixed_dictionaries(STEP, optional={"data": st.just("t"), "anonymous": st.booleans()}),
    st.fixed_dictionaries({"name": st.just("visit"), "steps": STEPS}, optional={"data": st.just("t")}),
)
SCENARIOS = st.fixed_dictionaries(
    {"name": st.just("a"), "stages": STAGES, "mix": st.lists(ENTRIES, max_size=3)},
    optional={
        "at": st.sampled_from(["kong-1", "user-service", "load-balancer-tls", "none"]),
        "arrivals": st.sampled_from(["uniform", "poisson"]),
        "identities": st.integers(1, 70_000),
        "thresholds": st.fixed_dictionaries({"throughput": RATES}),
    },
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return sandbox_as_declared(tmp_path_factory.mktemp("sandbox"))


@given(SCENARIOS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_any_scenario_is_planned_or_refused(tmp_path: Path, sandbox, document):
    (tmp_path / "t.csv").write_text("id,other\n1,é\na b,x\n")
    path = tmp_path / "scenario.yml"
    path.write_text(yaml.safe_dump({**document, "data": {"t": "t.csv"}}, allow_unicode=True))
    try:
        scenario = load(path, {})
        made = plan(scenario, sandbox)
    except UsageError:
        return
    assert thresholds(scenario, sandbox)
    assert made.lasts == pytest.approx(sum(stage.lasts.total_seconds() for stage in scenario.stages))
    assert arrivals(made.stages) >= 0
    writable(made)


def writable(made: LoadPlan) -> None:
    """Every request of a plan can be written, with the first row of its table and something saved."""
    assert LoadPlan.model_validate_json(made.model_dump_json()) == made
    for course in ready(made):
        values = dict(zip(course.columns, course.table.rows[0], strict=True)) if course.table else {}
        for step in course.steps:
            values |= {name: "x" for name, _ in step.request.saves}
            raw = step.encoded(values)
            assert b"{atalaia-" not in raw
            assert raw.startswith(f"{step.method} /".encode())


@pytest.mark.parametrize("name", ["smoke", "steady", "spike", "soak", "ramp", "breakpoint"])
def test_what_is_shipped_can_be_written(sandbox, name):
    writable(plan(load(find(name), {}), sandbox))

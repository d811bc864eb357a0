"""No text makes the model of Kong raise anything but its own error, or take long."""

from __future__ import annotations

import time
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atalaia.systems.kong.flatten import flattened
from atalaia.systems.kong.given import Given
from atalaia.systems.kong.given import given as read
from atalaia.systems.kong.overlap import overlaps
from atalaia.systems.kong.shadow import shadowed
from tests.support.kong_recordings import DECLARATIVE, refusals

HEAD = '_format_version: "3.0"\n'
LONGEST = 10.0
"""Seconds; most take some thousandths."""


def judge(text: str) -> Given:
    """Everything that is made of a file."""
    begun = time.perf_counter()
    with warnings.catch_warnings(action="error"):
        found = read(text, "kong.yml")
        if found.configuration is None:
            assert found.problems
            assert found.refusal is not None
            assert found.refusal.document["message"]
            assert flattened(found.refusal)["message"]
        else:
            for entity in (*found.configuration.routes, *found.configuration.plugins):
                assert found.line(entity, "config", "paths").startswith("kong.yml:")
            found.router.match("GET", "/a", "127.0.0.1:80", {"x": ["y"]})
            overlaps(found.router, most=10)
            shadowed(found.router)
    assert time.perf_counter() - begun < LONGEST
    return found


def routes(fields: str) -> str:
    """A file with one route."""
    return f"{HEAD}routes: [{{name: r, {fields}}}]"


def service(fields: str) -> str:
    """A file with one service."""
    return f"{HEAD}services: [{{{fields}}}]"


MERGES = "\n".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}" for n in range(1, 30))
WIDE = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(3000)) + "}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(service(f"name: s, host: h, port: 0x{'f' * 6000}"), id="hexadecimal"),
        pytest.param(service(f"name: s, host: h, port: 1{'0' * 400}"), id="beyond a double"),
        pytest.param(service(f"name: s, host: h, port: 1{'0' * 5000}"), id="beyond Python's digits"),
        pytest.param(service("name: s, host: h, port: .inf"), id="infinite"),
        pytest.param(service("name: s, host: h, port: .nan"), id="not a number"),
        pytest.param(service("name: !!int '', host: h"), id="tag of nothing"),
        pytest.param(service("name: !!bool zz, host: h"), id="tag that is not so"),
        pytest.param(service("name: !!timestamp zz, host: h"), id="tag of a date"),
        pytest.param(service("name: !!map zz, host: h"), id="tag of a map"),
        pytest.param(service("name: !!binary aGk=, host: h"), id="bytes"),
        pytest.param(f"{HEAD}services: !!set {{a, b}}", id="set"),
        pytest.param(f"{HEAD}services: !!omap [a: 1]", id="pairs"),
        pytest.param(service('name: s, url: "http://[::1"'), id="broken address"),
        pytest.param(service('name: s, url: "http://\\u2100/"'), id="host that normalises badly"),
        pytest.param(service('name: "\\ud800", host: h'), id="half a character"),
        pytest.param(service("name: s, host: h, id: [x]"), id="id that is a list"),
        pytest.param(routes(f"paths: ['~/{'(' * 3000}{')' * 3000}']"), id="deep expression"),
        pytest.param(routes("paths: ['~/a{99999999999999}']"), id="many repetitions"),
        pytest.param(routes("paths: ['~/((a{60}){60}){60}']"), id="repetitions of repetitions"),
        pytest.param(routes("paths: ['~/[[a]--b]']"), id="set within a set"),
        pytest.param(routes(f"paths: [/a], headers: {{x: ['~*{'(' * 3000}']}}"), id="deep header"),
        pytest.param(routes("paths: [/a], headers: {x: ['~*\\Z']}"), id="header in lower case is none"),
        pytest.param(routes("paths: [/a], service: {id: {a: 1}}"), id="reference to a table"),
        pytest.param(f"{HEAD}plugins: [{{name: [a]}}, {{}}, null, 5, []]", id="no plugins"),
        pytest.param(
            f"{HEAD}plugins: [{{name: cors, config: {{origins: ['{'(' * 3000}']}}}}]", id="deep origin"
        ),
        pytest.param(
            f"{HEAD}plugins: [{{name: rate-limiting, config: {{minute: 1{'0' * 320}, hour: 5}}}}]",
            id="limit beyond a double",
        ),
        pytest.param(f"{HEAD}a0: &a0 {{x: 1}}\n{MERGES}", id="merges of merges"),
        pytest.param(f"{HEAD}{WIDE}\nb: {{<<: [{', '.join(['*a'] * 3000)}]}}", id="wide merges"),
        pytest.param(f"{HEAD}a: &a {{<<: *a, b: 1}}", id="merge of itself"),
        pytest.param(f"{HEAD}a: {{<<: [5]}}", id="merge of a number"),
        pytest.param("\ufeff" + HEAD, id="mark of byte order"),
        pytest.param("%YAML 9.9\n---\n" + HEAD, id="another YAML"),
    ],
)
def test_a_hostile_file_is_taken_or_refused(text: str) -> None:
    judge(text)


def test_many_faults_and_many_entities_take_no_time() -> None:
    shared = ",".join(["{name: rate-limiting, config: {minute: 5}}"] * 50)
    more = "".join(f",{{name: s{n}, host: h, plugins: *p}}" for n in range(100))
    found = judge(f"{HEAD}services: [{{name: s, host: h, plugins: &p [{shared}]}}{more}]")
    assert len(found.problems) == 101 * 49


PIECES = st.sampled_from(
    [
        "&a ", "*a", "<<: *a", "!!int ", "!!str ", "!!set ", "!x ", "- ", "[", "]", "{", "}", ": ", ",", "\n",
        "\n  ", "? ", "|\n", ">-\n", "'", '"', "#", "---\n", "...\n", "null", "~", "1e999", "0o17", ".nan",
        "services", "routes", "plugins", "name", "paths", "config", "/a", "~/(", "\t", "\x00", "\u2028", "é",
        "_format_version", "'3.0'", "2001-01-01", "=", "yes", "%", "@", "`", "\\",
    ]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join), st.booleans())
def test_pieces_of_yaml_in_any_order(text: str, headed: bool) -> None:
    judge(HEAD + text if headed else text)


WHOLE = [DECLARATIVE, *(entry["config"] for entry in refusals())]
"""Files that a real Kong has read."""
MUTATIONS = st.lists(
    st.tuples(st.sampled_from(["cut", "double", "put", "swap", "number"]), st.integers(0, 10_000), PIECES),
    min_size=1,
    max_size=4,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(WHOLE), MUTATIONS)
def test_real_files_with_mistakes(text: str, mutations: list[tuple[str, int, str]]) -> None:
    lines = text.splitlines(keepends=True) or ["\n"]
    for kind, at, piece in mutations:
        n = at % len(lines)
        key = lines[n].find(": ") + 2
        match kind:
            case "cut":
                lines[n] = lines[n][: at % (len(lines[n]) + 1)]
            case "double":
                lines.insert(n, lines[at // 7 % len(lines)])
            case "put":
                lines[n] = lines[n][:key] + piece + lines[n][key:]
            case "swap":
                lines[n], lines[-n] = lines[-n], lines[n]
            case "number":
                lines[n] = f"{lines[n][:key]}{at}\n"
    judge("".join(lines))

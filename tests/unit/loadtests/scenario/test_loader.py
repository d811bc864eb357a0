"""A good file becomes the scenario that its author meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from atalaia.errors import UsageError


def test_the_smallest_scenario(loaded, tmp_path):
    scenario = loaded("name: a\nstages: [{rate: 10/s, for: 1m}]")
    assert scenario.arrivals == "poisson"
    assert scenario.surplus == 0.02
    assert scenario.stages[0].rates == (10, 10)
    assert scenario.stages[0].lasts.total_seconds() == 60
    assert scenario.mix == ()
    assert scenario.file == tmp_path / "scenario.yml"
    with pytest.raises(ValidationError, match="frozen"):
        scenario.name = "other"


def test_variables_are_filled_in_wherever_a_text_stands(loaded):
    scenario = loaded(
        """
        name: a-${STAGE}
        stages: [{rate: "${RATE}/s", for: "${LASTS}", warm_up: "${COLD}"}, {rate: 1/s, for: 1s}]
        seed: "${SEED}"
        mix: [{path: "/${PATH}", weight: "${WEIGHT}"}]
        """,
        STAGE="b", RATE="20", LASTS="10s", COLD="true", SEED="7", PATH="x", WEIGHT="2.5",
    )  # fmt: skip
    assert scenario.name == "a-b"
    assert scenario.stages[0].rates == (20, 20)
    assert scenario.stages[0].warm_up
    assert scenario.seed == 7
    assert scenario.mix[0].weight == 2.5


def test_values_of_variables_in_requests_are_secrets_and_so_is_what_is_named_like_one(loaded):
    scenario = loaded(
        """
        name: ${NAME}
        stages: [{rate: 1/s, for: 1s}]
        mix:
          - path: /a
            headers: {Authorization: Bearer s3cret-1, X: "${TWO}"}
            json: {password: s3cret-3, n: plain}
          - {name: visit, steps: [{name: one, path: /a, json: {api_key: s3cret-4}}]}
        """,
        NAME="shop", TWO="s3cret-2",
    )  # fmt: skip
    assert {"s3cret-1", "s3cret-2", "s3cret-3", "s3cret-4"} <= scenario.secrets()
    assert not {"shop", "plain"} & scenario.secrets()


def test_tables_are_read_beside_the_scenario(loaded, tmp_path):
    (tmp_path / "users.csv").write_text('name,city\r\nana,"Natal, RN"\r\n\r\n"bia ""b""",Recife\r\n')
    scenario = loaded("name: a\nstages: [{rate: 1/s, for: 1s}]\ndata: {users: users.csv}")
    table = scenario.tables["users"]
    assert table.columns == ("name", "city")
    assert table.rows == (("ana", "Natal, RN"), ('bia "b"', "Recife"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"name\n\xff\n", "users.csv:2: not UTF-8"),
        (b"name\n" + b"x" * (8 * 2**20), "larger than 8 MiB"),
        (b"name\na\x00b\n", "users.csv:2: a control character"),
        (b"", "users.csv:1: an empty file"),
        (b"name,\na,b\n", "users.csv:1: column 2 has no name"),
    ],
)
def test_a_table_that_is_none_is_told_by_its_line(loaded, tmp_path, text, said):
    (tmp_path / "users.csv").write_bytes(text)
    with pytest.raises(UsageError, match=said):
        loaded("name: a\nstages: [{rate: 1/s, for: 1s}]\ndata: {users: users.csv}")


def test_many_broken_rows_are_told_by_the_first_of_them(loaded, tmp_path):
    (tmp_path / "users.csv").write_text("name;city\n" + "a,b;c\n" * 1000)
    with pytest.raises(UsageError) as caught:
        loaded("name: a\nstages: [{rate: 1/s, for: 1s}]\ndata: {users: users.csv}")
    assert 2 <= len(str(caught.value).splitlines()) <= 20

"""YAML that nests without measure."""

from __future__ import annotations

import json

import pytest
import yaml

from atalaia.systems.alertmanager.api import read_status
from atalaia.systems.document import Unreadable
from atalaia.systems.nesting import check_depth
from atalaia.systems.prometheus.configuration import read_loaded

DEEP = ["[" * 60_000, "[" * 60_000 + "]" * 60_000, "- " * 60_000, "{a: " * 300 + "1" + "}" * 300]


@pytest.mark.parametrize("text", DEEP, ids=["open", "closed", "block", "flow"])
def test_what_nests_too_deep_is_an_error_and_no_crash(text):
    with pytest.raises(yaml.YAMLError):
        check_depth(text)


@pytest.mark.parametrize("text", ["", "a: [1, {b: [2]}]", "[" * 200 + "]" * 200])
def test_what_people_write_passes(text):
    check_depth(text)


@pytest.mark.parametrize("text", DEEP, ids=["open", "closed", "block", "flow"])
def test_a_server_cannot_end_us_with_its_configuration(text):
    loaded = json.dumps({"status": "success", "data": {"yaml": text}}).encode()
    assert isinstance(read_loaded(loaded), Unreadable)
    assert isinstance(read_status(json.dumps({"config": {"original": text}}).encode()), Unreadable)

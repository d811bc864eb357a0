"""`atalaia env`: faults go to stderr with exit 3, secrets go nowhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from atalaia.cli import main
from atalaia.environment.loader import load
from atalaia.environment.schema import json_schema

GOOD = """
name: shop
safety: staging
services:
  auth-service: {url: "http://user:s3cret-1@localhost:3001", health: null, response_time: 200ms}
stores:
  redis: {url: "redis://localhost", password: "${PASSWORD:-abc}"}
slo: {availability: 99.9%, throughput: 100/h}
authentication: {jwt: {login: {path: /login, method: POST, json: {password: s3cret-2, kept: null}}}}
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))
    for variable in ("ATALAIA_ENV", "PASSWORD"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "good.yml").write_text(GOOD)
    (tmp_path / "bad.yml").write_text("name: shop\nstores: {redis: {url: x, passwrod: s3cret}}\n")


@pytest.fixture
def atalaia(monkeypatch, capfd):
    """Run the command; (exit code, stdout, stderr)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["atalaia", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        assert isinstance(ended.value.code, int)
        return int(ended.value.code), out, err

    return run


def test_a_good_file_is_ok(atalaia):
    code, out, err = atalaia("env", "validate", "good.yml")
    assert (code, out) == (0, "good.yml: OK: shop (staging): 1 service\n")
    assert "1 secret of fewer than 4 characters cannot be told from ordinary text" in err


@pytest.mark.parametrize("way", [("--env", "good.yml"), ()])
def test_it_may_be_chosen_like_everywhere(atalaia, monkeypatch, way):
    monkeypatch.setenv("ATALAIA_ENV", "good.yml")
    assert atalaia("env", "validate", *way)[:2] == (0, "good.yml: OK: shop (staging): 1 service\n")


def test_faults_of_all_files_are_told_in_one_go(atalaia):
    code, out, err = atalaia("env", "validate", "bad.yml", "good.yml", "none.yml", "nobody")
    assert code == 3
    assert out == "good.yml: OK: shop (staging): 1 service\n"
    lines = [line for line in err.splitlines() if "note" not in line]
    assert lines[:3] == [
        "bad.yml:2: stores.redis.passwrod: unknown key; known: url, password, role, eviction; "
        "did you mean password?",
        "bad.yml:2: stores.redis.url: not an URL; redis://host:port or rediss://host:port",
        "none.yml: no such file",
    ]
    assert lines[3].startswith("no environment is called 'nobody'")
    assert "s3cret" not in err


def test_without_a_choice_there_is_none(atalaia):
    code, out, err = atalaia("env", "validate")
    assert (code, out) == (3, "")
    assert "no environment is chosen" in err


def test_probes_are_planned(atalaia):
    Path("probes.yml").write_text(
        "name: shop\n"
        'load_balancer: {url: "http://localhost", limit: {requests: 100, window: 60s}}\n'
        "probes:\n"
        "  add:\n"
        "    - {name: home, kind: http, at: load-balancer, interval: 5s}\n"
    )
    code, out, err = atalaia("env", "validate", "probes.yml")
    assert (code, out) == (3, "")
    assert err.startswith(
        "probes.yml:5: probes.add[0]: the probes would take 12 of the 100 requests in 1m of "
    )


def test_accepted_defects_are_looked_up(atalaia):
    Path("accepted.yml").write_text(
        "name: shop\n"
        'load_balancer: {url: "http://localhost"}\n'
        "accepted:\n"
        "  - {check: exposure.admin-ap, target: load-balancer, reason: r, until: 2027-01-31}\n"
        "  - {check: exposure.admin-api, target: loadbalancer, reason: r, until: 2027-01-31}\n"
        "  - {check: postgres.login-refused, target: postgres, reason: r, until: 2027-01-31}\n"
        "  - {check: exposure.admin-api, target: load-balancer, reason: r, until: 2027-01-31}\n"
    )
    code, out, err = atalaia("env", "validate", "accepted.yml")
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        "accepted.yml:4: accepted[0].check: no such check; docs/checks.md lists them; "
        "did you mean exposure.admin-api?",
        "accepted.yml:5: accepted[1].target: not a target of the check; load-balancer; "
        "did you mean load-balancer?",
        "accepted.yml:6: accepted[2].target: the check has no targets here; not declared: stores.postgres",
    ]


@pytest.mark.parametrize("password", ["", "abc", "s3cret-3"])
def test_show_tells_everything_but_secrets(atalaia, monkeypatch, password):
    monkeypatch.setenv("PASSWORD", password)
    code, out, _ = atalaia("env", "show", "good.yml")
    assert code == 0
    assert "s3cret" not in out
    assert "abc" not in out
    shown = yaml.safe_load(out)
    assert shown["services"]["auth-service"] == {
        "url": "http://user:[redacted]@localhost:3001",
        "health": None,
        "response_time": "200ms",
    }
    assert shown["stores"]["redis"]["password"] == "[redacted]"
    assert shown["slo"] == {"availability": "99.9%", "throughput": "100/h"}
    assert shown["deadlines"] == {"connect": "2s", "total": "5s"}
    assert shown["authentication"]["jwt"]["login"]["json"] == {"password": "[redacted]", "kept": None}
    assert "gateway" not in shown


def test_what_is_shown_is_an_environment_file(atalaia):
    Path("plain.yml").write_text(
        'name: shop\nservices: {a: {url: "http://localhost:3001", depends_on: [redis]}}\n'
        'stores: {redis: {url: "redis://localhost"}}\nslo: {latency_p95: 1m30s, error_rate: 0.1%}\n'
        "hosts: {a.example: 127.0.0.1}\nclient: {addresses: 127.64.0.0/16}\n"
        "accepted: [{check: a.b, target: t, reason: r, until: 2027-01-31}]\n"
    )
    Path("again.yml").write_text(atalaia("env", "show", "plain.yml")[1])
    again, plain = load(Path("again.yml"), {}), load(Path("plain.yml"), {})
    assert again.model_dump() == plain.model_dump()


def test_schema_is_the_schema(atalaia):
    code, out, _ = atalaia("env", "schema")
    assert code == 0
    assert json.loads(out) == json_schema()


@pytest.mark.parametrize("command", [(), ("validate",), ("show",), ("schema",)])
def test_help_says_what_it_does_with_an_example(atalaia, command):
    code, out, _ = atalaia("env", *command, "--help")
    assert code == 0
    assert "Example" in out
    assert "atalaia env" in out

"""A plan that is remembered from run to run: believed while nothing has changed, and without any secret."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from atalaia.environment.find import find
from atalaia.environment.loader import load
from atalaia.errors import UsageErrors
from atalaia.redaction import Redactor
from probes.planning.watching import watch_of
from probes.remembered import place_of, sealed, watch
from probes.remembered.kept import read
from probes.remembered.sealed import unsealed
from tests.unit.environment.test_shipped import NEEDED, value

KONG = """
_format_version: "3.0"
consumers:
  - username: partner
    keyauth_credentials: [{key: partner-key-of-the-file}]
services: []
"""
FILE = """
name: mine
hosts: {shop.test: "${ADDRESS:-127.0.0.1}"}
services:
  shop: {url: "http://shop.test:3001"}
gateway:
  nodes: [{proxy: "http://localhost:8000", admin: "http://localhost:8001"}]
  declarative: kong.yml
load_balancer:
  url: "http://localhost"
  stats: {url: "http://localhost:8404/stats", username: admin, password: "${STATS}"}
stores:
  postgres: {dsn: "postgresql://app:${DATABASE}@db/app"}
  redis: {url: "${CACHE}"}
probes:
  pushgateway: "http://push:${PUSH}@localhost:9091"
  add:
    - name: keyed
      kind: http
      url: "http://localhost:3001"
      headers: {X-Api-Key: "${KEY}", X-Own-Token: literal-in-the-file}
    - {name: basic, kind: http, url: "http://localhost:3001", username: u, password: "${BASIC}"}
    - name: way
      kind: journey
      url: "http://localhost:3001"
      steps: [{name: log-in, path: /login, method: POST, harmless: true, json: {password: "${STEP}"}}]
"""
SECRETS = {
    "STATS": "stats-s3cret", "DATABASE": "database-s3cret", "PUSH": "push-s3cret", "KEY": "key-s3cret",
    "BASIC": "basic-s3cret", "STEP": "step-s3cret", "CACHE": "redis://:cache-s3cret@cache:6379/0",
}  # fmt: skip


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "kong.yml").write_text(KONG)
    path = tmp_path / "mine.yml"
    path.write_text(FILE)
    return path


def kept(path: Path):
    found = read(place_of(path))
    assert found is not None, "it was to be remembered"
    return found


def believed(path: Path, variables: dict[str, str]):
    """What is remembered, if it is still believed."""
    found = read(place_of(path))
    texts = found.ground.unchanged(variables) if found else None
    return None if found is None or texts is None else unsealed(found.body, texts, variables)


def test_what_comes_back_is_what_was_planned(file):
    planned = watch_of(load(file, SECRETS))
    assert watch(file, SECRETS) == planned
    back = believed(file, SECRETS)
    assert back == planned
    assert watch(file, SECRETS) == planned
    # Equality leaves this out.
    assert back.pushgateway.reveal() == planned.pushgateway.reveal()


def test_no_secret_is_kept_in_any_form(file):
    secrets = load(file, SECRETS).secrets() | set(SECRETS.values())
    watch(file, SECRETS)
    raw = place_of(file).read_bytes()
    assert {"partner-key-of-the-file", "literal-in-the-file", "cache-s3cret"} <= secrets
    assert not [secret for secret in secrets if Redactor([secret]).occurs_in(raw)]
    assert b"s3cret" not in raw
    assert place_of(file).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", NEEDED)
def test_the_environments_that_come_with_atalaia_are_remembered(name):
    variables = {variable: value(variable) for variable in NEEDED[name]}
    made = watch(find(name), variables)
    assert believed(find(name), variables) == made


@pytest.mark.parametrize("name", SECRETS)
def test_another_secret_is_noticed(file, name):
    watch(file, SECRETS)
    # Two bytes tell one secret from another: of 40 others at most a few may look like it.
    others = [{**SECRETS, name: SECRETS[name].replace("s3cret", f"other-{n}")} for n in range(40)]
    assert sum(believed(file, other) is None for other in others) > 37
    other = next(each for each in others if believed(file, each) is None)
    assert watch(file, other) == watch_of(load(file, other))


def test_another_value_of_any_other_variable_is_noticed(file):
    watch(file, SECRETS)
    moved = {**SECRETS, "ADDRESS": "127.0.0.2"}
    assert believed(file, moved) is None
    assert watch(file, moved).network.hosts == {"shop.test": "127.0.0.2"}
    assert watch(file, SECRETS).network.hosts == {"shop.test": "127.0.0.1"}


def test_a_variable_of_which_the_file_says_nothing_changes_nothing(file):
    watch(file, SECRETS)
    assert believed(file, {**SECRETS, "OTHER": "1"}) is not None


@pytest.mark.parametrize("name", ["mine.yml", "kong.yml"])
def test_a_changed_file_is_noticed_also_where_neither_its_size_nor_its_time_tells(file, name):
    watch(file, SECRETS)
    path = file.with_name(name)
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_text(path.read_text().replace("partner", "pardner").replace("keyed", "kayed"))
    os.utime(path, ns=times)
    assert believed(file, SECRETS) is None
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))


def test_a_file_that_became_wrong_is_told_as_ever(file):
    watch(file, SECRETS)
    file.write_text(FILE.replace("kind: journey", "kind: journeys"))
    with pytest.raises(UsageErrors, match="probes"):
        watch(file, SECRETS)
    file.unlink()
    with pytest.raises(Exception, match="no such file"):
        watch(file, SECRETS)


def test_a_variable_that_is_gone_is_told_as_ever(file):
    watch(file, SECRETS)
    with pytest.raises(UsageErrors, match="STATS is not set"):
        watch(file, {name: held for name, held in SECRETS.items() if name != "STATS"})


def test_other_code_plans_anew(file):
    watch(file, SECRETS)
    place = place_of(file)
    head, _, body = place.read_bytes().partition(b"\n")
    told = json.loads(head)
    told["ground"]["code"][0][1] += 1
    place.write_bytes(json.dumps(told).encode() + b"\n" + body)
    assert believed(file, SECRETS) is None


class _Evil:
    def __reduce__(self):
        return os.mkdir, ("reached",)


def _calling(module: str, name: str, *given: str) -> bytes:
    """What makes an unpickler call a function by the name that it has in a module."""
    texts = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in (module, name))
    arguments = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in given)
    return b"\x80\x04" + texts + b"\x93(" + arguments + b"tR."


def test_bytes_that_somebody_put_there_make_nothing_but_plans(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert unsealed(pickle.dumps(_Evil()), (), {}) is None
    assert unsealed(pickle.dumps(subprocess.Popen), (), {}) is None
    assert unsealed(pickle.dumps(("no", "plan")), (), {}) is None
    for module, name in (
        ("os", "mkdir"),
        ("probes.alone", "os.mkdir"),  # by the names that a module of ours has imported
        ("probes.outputs.files", "os.mkdir"),
        ("atalaia.state", "state_directory"),
        ("probes.alone", "Path"),
    ):
        with pytest.raises(pickle.UnpicklingError, match="no part of a plan"):
            sealed._Unsealer(_calling(module, name, "reached"), (), {}).load()
    assert not Path("reached").exists()


def _linked(place: Path) -> None:
    place.rename(place.with_suffix(".aside")).chmod(0o600)
    place.symlink_to(place.with_suffix(".aside"))


@pytest.mark.parametrize(
    "harm",
    [
        lambda place: place.write_bytes(place.read_bytes()[:-100]),
        lambda place: place.write_bytes(b""),
        lambda place: place.write_bytes(os.urandom(4096)),
        lambda place: place.write_bytes(place.read_bytes().replace(b'"version": 1', b'"version": 2')),
        lambda place: place.write_bytes(b'{"version": 1}\n'),
        lambda place: place.write_bytes(b"[" * 100_000),
        lambda place: place.chmod(0o644),
        _linked,
    ],
    ids=["cut", "empty", "garbage", "version", "headless", "nested", "readable", "link"],
)
def test_what_is_harmed_is_planned_anew_and_mended(file, harm):
    made = watch(file, SECRETS)
    harm(place_of(file))
    assert read(place_of(file)) is None
    assert watch(file, SECRETS) == made
    assert believed(file, SECRETS) == made


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE", "p%40ss-w0rd"), ("BASIC", "abc")], ids=["decoded", "short"]
)
def test_a_secret_of_which_nothing_tells_from_where_it_is_read_leaves_the_plan_unremembered(
    file, name, value
):
    variables = {**SECRETS, name: value}
    assert watch(file, variables) == watch_of(load(file, variables))
    assert not place_of(file).exists()


def test_nothing_is_remembered_where_nothing_can_be_written(file, state):
    state.write_text("a file in the directory's place")
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))


def test_plans_of_files_that_are_gone_are_taken_away(file):
    watch(file, SECRETS)
    other = file.with_name("other.yml")
    other.write_text(FILE.replace("name: mine", "name: other"))
    file.unlink()
    watch(other, SECRETS)
    assert [place_of(other)] == list(place_of(other).parent.iterdir())


def test_a_remembered_run_loads_neither_models_nor_a_reader_of_yaml(file):
    """Most of a run from cron was loading these."""
    plain = file.with_name("plain.yml")
    plain.write_text('name: plain\nprobes: {add: [{name: shop, kind: http, url: "http://localhost:3001"}]}\n')
    watch(plain, {})
    kinds = ", ".join(f"probes.kinds.{kind}" for kind in ("http", "tcp", "tls", "dns", "redis", "journey"))
    script = (
        f"import os, sys; from pathlib import Path; import {kinds}; "
        "import probes.cron_run, probes.delivery, probes.telling, probes.verdict; "
        f"from probes.remembered import watch; watch(Path({str(plain)!r}), os.environ); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "probes" in done.stdout.split()
    assert not {"pydantic", "pydantic_core", "yaml", "httpcore", "jwt"} & set(done.stdout.split())

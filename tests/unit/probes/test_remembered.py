"""A plan that is remembered from run to run: believed while nothing has changed, and without any secret."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

import atalaia
from atalaia.environment.find import find
from atalaia.environment.loader import load
from atalaia.errors import UsageError, UsageErrors
from atalaia.redaction import Redactor
from probes import remembered
from probes.planning.watching import watch_of
from probes.remembered import ground, place_of, planned
from probes.remembered.kept import read
from probes.remembered.key import key
from probes.remembered.sealed import sealed, unsealed
from probes.watch import Watch
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


KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setattr(remembered, "key", lambda: KEY)
    monkeypatch.setattr(planned, "_BEGUN", time.time() + 3600)  # whoever tests may have edited just before
    monkeypatch.setenv("ATALAIA_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "state" / "probes").mkdir(parents=True)  # as the state file's run does
    return tmp_path / "state"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "kong.yml").write_text(KONG)
    path = tmp_path / "mine.yml"
    path.write_text(FILE)
    return path


def watch(path: Path, variables: Mapping[str, str]) -> Watch:
    return remembered.watch(path, variables, keep=True)


def believed(path: Path, variables: Mapping[str, str]) -> Watch | None:
    """What is remembered, if it is still believed."""
    return read(place_of(path), path, variables, KEY)


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
    other = {**SECRETS, name: SECRETS[name].replace("s3cret", "S3CRET")}
    assert believed(file, other) is None
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


def test_another_installation_plans_anew(file, monkeypatch):
    """Also where the other one's files still lie where they were."""
    watch(file, SECRETS)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(atalaia, "__file__", "/opt/releases/2/atalaia/__init__.py")
        assert believed(file, SECRETS) is None
    assert believed(file, SECRETS) is not None
    monkeypatch.setattr(ground, "__version__", "99")
    assert believed(file, SECRETS) is None


def test_other_code_plans_anew(file, tmp_path, monkeypatch):
    module = tmp_path / "module.py"
    module.write_text("")
    monkeypatch.setitem(sys.modules, "probes.module", SimpleNamespace(__file__=str(module)))
    watch(file, SECRETS)
    assert believed(file, SECRETS) is not None
    before = module.stat()
    other = tmp_path / "other.py"
    other.write_text("")
    other.rename(module)
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert believed(file, SECRETS) is None


@pytest.mark.parametrize("of", ["new", "nobody's"])
def test_with_code_that_is_just_being_changed_nothing_is_kept(file, tmp_path, monkeypatch, of):
    module = tmp_path / "module.py"
    if of == "new":
        module.write_text("")
        os.utime(module, (1, 1))  # as an installer may
    monkeypatch.setitem(sys.modules, "probes.module", SimpleNamespace(__file__=str(module)))
    monkeypatch.setattr(planned, "_BEGUN", time.time())
    watch(file, SECRETS)
    assert not place_of(file).exists()


@pytest.mark.parametrize("name", ["mine.yml", "kong.yml"])
def test_a_file_that_is_changed_while_it_is_planned_leaves_nothing_behind(file, monkeypatch, name):
    def changing(environment):
        path = file.with_name(name)
        path.write_text(path.read_text() + "# later\n")
        return watch_of(environment)

    monkeypatch.setattr(planned, "watch_of", changing)
    watch(file, SECRETS)
    assert not place_of(file).exists()


def test_a_named_file_that_is_gone_is_told_as_ever(file):
    rules = file.with_name("rules.yml")
    rules.write_text("groups: []\n")
    file.with_name("prometheus.yml").write_text("rule_files: [rules.yml]\n")
    file.write_text(FILE + 'prometheus: {url: "http://localhost:9090", config: prometheus.yml}\n')
    watch(file, SECRETS)
    assert believed(file, SECRETS) is not None
    rules.unlink()
    with pytest.raises(UsageError, match="no rule file"):
        watch(file, SECRETS)


class _Evil:
    def __reduce__(self):
        return os.mkdir, ("reached",)


def _calling(module: str, name: str, *given: str) -> bytes:
    """What makes an unpickler call a function by the name that it has in a module."""
    texts = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in (module, name))
    arguments = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in given)
    return b"\x80\x04" + texts + b"\x93(" + arguments + b"tR."


def test_bytes_that_somebody_put_there_make_nothing_but_plans(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for body in (
        pickle.dumps(_Evil()),
        pickle.dumps(subprocess.Popen),
        _calling("os", "mkdir", "reached"),
        _calling("probes.alone", "os.mkdir", "reached"),  # by the names that a module of ours has imported
        _calling("atalaia.state", "state_directory"),
        _calling("probes.alone", "Path", "reached"),
    ):
        with pytest.raises(pickle.UnpicklingError, match="no part of a plan"):
            unsealed(body, ())
    assert not Path("reached").exists()


def test_what_was_written_with_another_key_is_not_believed(file, tmp_path):
    watch(file, SECRETS)
    other = tmp_path / "memory"
    other.mkdir()
    secret = key(other)
    assert secret is not None
    assert key(other) == secret != KEY
    assert read(place_of(file), file, SECRETS, secret) is None


@pytest.mark.parametrize("how", ["readable", "link", "short", "pipe", "directory"])
def test_a_key_that_others_may_know_is_none(tmp_path, how):
    memory = tmp_path / "memory"
    memory.mkdir()
    assert key(memory) is not None
    (place,) = memory.iterdir()
    if how == "readable":
        place.chmod(0o644)
    elif how == "short":
        place.write_bytes(b"short")
    else:
        aside = place.rename(tmp_path / "aside")
        make = {"link": lambda: place.symlink_to(aside), "pipe": lambda: os.mkfifo(place)}
        make.get(how, place.mkdir)()
    assert key(memory) is None


def _linked(place: Path) -> None:
    place.rename(place.with_suffix(".aside"))
    place.symlink_to(place.with_suffix(".aside"))


def _in_the_way(place: Path) -> None:
    place.unlink()
    place.mkdir()


def _unproved(place: Path) -> None:
    head, _, body = place.read_bytes().split(b"\n", 2)
    place.write_bytes(b"\n".join([head, b"\xff" * 64, body]))


def _piped(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


@pytest.mark.parametrize(
    "harm",
    [
        lambda place: place.write_bytes(place.read_bytes()[:-100]),
        lambda place: place.write_bytes(b""),
        lambda place: place.write_bytes(os.urandom(4096)),
        lambda place: place.write_bytes(place.read_bytes().replace(b'"version": 1', b'"version": 2')),
        lambda place: place.write_bytes(b'{"version": 1}\n'),
        lambda place: place.write_bytes(b"[" * 100_000),
        lambda place: place.write_bytes(
            b'{"path": "", "ground": {"variables": [["a"]], "files": [1], "code": [1e400]}}\n\n'
        ),
        _unproved,
        _linked,
        _piped,
    ],
    ids=["cut", "empty", "garbage", "version", "headless", "nested", "types", "proof", "link", "pipe"],
)
def test_what_is_harmed_is_planned_anew_and_mended(file, harm):
    made = watch(file, SECRETS)
    harm(place_of(file))
    assert believed(file, SECRETS) is None
    assert watch(file, SECRETS) == made
    assert believed(file, SECRETS) == made


def test_a_directory_in_its_place_is_left_where_it_is(file):
    made = watch(file, SECRETS)
    _in_the_way(place_of(file))
    assert watch(file, SECRETS) == made
    assert place_of(file).is_dir()
    assert [place_of(file)] == list(place_of(file).parent.iterdir())


def test_what_is_no_data_leaves_the_plan_unremembered(file):
    made = watch_of(load(file, SECRETS))
    odd = replace(made, planned=(replace(made.planned[0], parameters=Decimal(1)),))
    assert sealed(made, ("", *SECRETS.values(), FILE, KONG), 1 + len(SECRETS)) is not None
    assert sealed(odd, ("", *SECRETS.values(), FILE, KONG), 1 + len(SECRETS)) is None


def test_a_token_with_its_scheme_is_remembered(file):
    file.write_text(FILE.replace('X-Api-Key: "${KEY}"', 'Authorization: "Bearer ${KEY}"'))
    made = watch(file, SECRETS)
    assert believed(file, SECRETS) == made
    assert b"s3cret" not in place_of(file).read_bytes()


def test_a_plan_under_another_ones_name_is_not_believed(file):
    watch(file, SECRETS)
    other = file.with_name("other.yml")
    other.write_text(FILE)
    place_of(file).rename(place_of(other))
    assert believed(other, SECRETS) is None


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE", "p%40ss-w0rd"), ("BASIC", "abc")], ids=["decoded", "short"]
)
def test_a_secret_of_which_nothing_tells_from_where_it_is_read_leaves_the_plan_unremembered(
    file, name, value
):
    variables = {**SECRETS, name: value}
    assert watch(file, variables) == watch_of(load(file, variables))
    assert not place_of(file).exists()


@pytest.mark.parametrize(
    "secret", ["BASIC", "BASIC_", "variable", "password", "probes", "http", "name", "12345678"]
)
def test_a_secret_that_is_an_ordinary_word_comes_back_as_every_other(file, secret):
    variables = {**SECRETS, "BASIC": secret}
    made = watch_of(load(file, variables))
    assert watch(file, variables) == made
    assert watch(file, variables) == made


def test_of_secrets_that_overlap_no_part_is_left(file):
    variables = {**SECRETS, "BASIC": "abcdefgh", "KEY": "efghijklmnop", "STEP": "abcdefghijklmnop"}
    assert watch(file, variables) == watch_of(load(file, variables))
    assert not place_of(file).exists() or b"ijklmnop" not in place_of(file).read_bytes()


def test_what_a_variable_puts_into_a_path_is_not_kept_either(file):
    file.write_text(FILE.replace("path: /login", 'path: "/login/${KEY}?token=${BASIC}"'))
    watch(file, SECRETS)
    assert believed(file, SECRETS) == watch_of(load(file, SECRETS))
    assert b"s3cret" not in place_of(file).read_bytes()


def test_nothing_is_remembered_where_nothing_can_be_written(file, state):
    (state / "probes").rmdir()
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))
    assert list(state.iterdir()) == [], "whose directory that is has not been settled"
    state.rmdir()
    state.write_text("a file in the directory's place")
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))


def test_who_only_looks_keeps_nothing(file):
    remembered.watch(file, SECRETS)
    assert not place_of(file).parent.exists()


def test_in_a_directory_that_is_gone_the_file_is_still_planned(file, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert watch(file, SECRETS) == watch_of(load(file, SECRETS))
    with pytest.raises(UsageError, match="no such file"):
        watch(Path("mine.yml"), SECRETS)


def test_only_plans_of_ours_are_taken_away_and_only_in_a_directory_of_ours(file, state, tmp_path):
    plans = state / "probes" / "plans"
    plans.mkdir()
    others = [plans / f"{number:024x}.plan" for number in range(60)]
    for number, other in enumerate(others):
        other.write_bytes(b"")
        os.utime(other, (number, number))
    for foreign in ("thesis.doc", "abc.plan", f"{0:024x}.plan.d"):
        (plans / foreign).write_text("precious")
        os.utime(plans / foreign, (1, 1))
    (plans / "directory").mkdir()
    watch(file, SECRETS)
    assert place_of(file).exists()
    assert [other.exists() for other in others] == [False] * 11 + [True] * 49
    assert {"thesis.doc", "abc.plan", f"{0:024x}.plan.d"} < {each.name for each in plans.iterdir()}
    elsewhere = plans.rename(tmp_path / "elsewhere")
    plans.symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    watch(file, {**SECRETS, "BASIC": "another-s3cret"})
    assert sorted(elsewhere.iterdir()) == before


def test_a_remembered_run_loads_neither_models_nor_a_reader_of_yaml(file):
    """Most of a run from cron was loading these."""
    plain = file.with_name("plain.yml")
    plain.write_text('name: plain\nprobes: {add: [{name: shop, kind: http, url: "http://localhost:3001"}]}\n')
    watch(plain, {})
    kinds = ", ".join(f"probes.kinds.{kind}" for kind in ("http", "tcp", "tls", "dns", "redis", "journey"))
    script = (
        f"import os, sys; from pathlib import Path; import {kinds}; "
        "import probes.cron_run, probes.delivery, probes.telling, probes.verdict; "
        f"from probes import remembered; remembered.key = lambda: {KEY!r}; "
        f"remembered.watch(Path({str(plain)!r}), os.environ, keep=True); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "probes" in done.stdout.split()
    assert not {"pydantic", "pydantic_core", "yaml", "httpcore", "jwt"} & set(done.stdout.split())
